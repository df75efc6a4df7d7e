import type { SipRequest } from '../message/index.ts';
import type { Flow } from './flow.ts';
import { responsePort } from './response-destination.ts';

/** What a UDP flow needs of the socket that it belongs to. */
export interface DatagramPort {
  readonly localPort: number;
  readonly open: boolean;
  localAddressFor(remoteAddress: string): string;
  sendTo(bytes: Buffer, address: string, port: number): boolean;
  flowTo(address: string, port: number): Flow;
}

/** Our UDP socket together with one peer's address and port. Its id is `UDP/<our port>/<address>/<port>`. */
export class UdpFlow implements Flow {
  readonly id: string;
  readonly protocol = 'UDP';
  readonly reliable = false;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #port: DatagramPort;

  constructor(port: DatagramPort, remoteAddress: string, remotePort: number) {
    this.#port = port;
    this.localAddress = port.localAddressFor(remoteAddress);
    this.localPort = port.localPort;
    this.remoteAddress = remoteAddress;
    this.remotePort = remotePort;
    this.id = `UDP/${port.localPort}/${remoteAddress}/${remotePort}`;
  }

  get open(): boolean {
    return this.#port.open;
  }

  send(bytes: Buffer): boolean {
    return this.#port.sendTo(bytes, this.remoteAddress, this.remotePort);
  }

  responseFlow(request: SipRequest): Flow {
    const port = responsePort(request.topVia, this.remotePort);
    return port === this.remotePort ? this : this.#port.flowTo(this.remoteAddress, port);
  }

  keepOpen(): void {}

  close(): void {}
}
