import type { Flow, TransportProtocol } from './flow.ts';

/** A flow that never was: no socket of the address family, no place for one more connection, no such address. */
export class UnreachableFlow implements Flow {
  readonly id: string;
  readonly protocol: TransportProtocol;
  readonly reliable: boolean;
  readonly localAddress: string;
  readonly localPort = 5060;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly open = false;

  constructor(protocol: TransportProtocol, localAddress: string, remoteAddress: string, remotePort: number) {
    this.id = `unreachable/${protocol}/${remoteAddress}/${remotePort}`;
    this.protocol = protocol;
    this.reliable = protocol !== 'UDP';
    this.localAddress = localAddress;
    this.remoteAddress = remoteAddress;
    this.remotePort = remotePort;
  }

  send(): boolean {
    return false;
  }

  responseFlow(): Flow {
    return this;
  }

  keepOpen(): void {}

  close(): void {}
}
