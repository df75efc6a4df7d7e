import { parseMessage, type SipRequest, SipResponse } from '../message/index.ts';
import type { Flow, TransportProtocol } from '../transport/index.ts';

/** A flow to nowhere that keeps what is sent over it. */
export class FakeFlow implements Flow {
  readonly id = 'fake/1';
  readonly protocol: TransportProtocol;
  readonly reliable: boolean;
  readonly localAddress = '192.0.2.1';
  readonly localPort = 5060;
  readonly remoteAddress = '192.0.2.99';
  readonly remotePort = 5099;
  open = true;
  /** The bytes of each message, in order. */
  sent: Buffer[] = [];

  constructor(protocol: TransportProtocol = 'UDP') {
    this.protocol = protocol;
    this.reliable = protocol !== 'UDP';
  }

  send(bytes: Buffer): boolean {
    if (this.open) this.sent.push(bytes);
    return this.open;
  }

  responseFlow(): Flow {
    return this;
  }

  keepOpen(): void {}

  close(): void {
    this.open = false;
  }

  /** The start line's essence of each message: `INVITE`, `ACK`, `180`. */
  get sentKinds(): string[] {
    return this.sent.map((bytes) => {
      const message = read(bytes);
      return message instanceof SipResponse ? `${message.statusCode}` : message.method;
    });
  }

  /** The request sent last. */
  get lastRequest(): SipRequest {
    const message = read(this.sent.at(-1)!);
    if (message instanceof SipResponse) throw new Error('the last message was a response');
    return message;
  }

  get lastResponse(): SipResponse {
    const message = read(this.sent.at(-1)!);
    if (!(message instanceof SipResponse)) throw new Error('the last message was a request');
    return message;
  }
}

function read(bytes: Buffer): SipRequest | SipResponse {
  const parsed = parseMessage(bytes);
  if (!parsed.ok) throw new Error(`a broken message was sent: ${parsed.error.detail}`);
  return parsed.value;
}
