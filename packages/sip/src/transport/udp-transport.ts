import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { parseMessage, SipRequest } from '../message/index.ts';
import type { TransportHandler } from './flow.ts';
import { listenError } from './listen-error.ts';
import type { LocalAddressResolver } from './local-address-resolver.ts';
import { type DatagramPort, UdpFlow } from './udp-flow.ts';
import { stampReceived } from './via-received.ts';

const CR = 0x0d;
const LF = 0x0a;
/** The first octet of a STUN message is below this (RFC 7983 §7); no SIP message begins so. */
const STUN_BELOW = 4;
/** The longest payload of an IPv4 datagram. */
const MAX_DATAGRAM_BYTES = 65_507;
/** Asked of the system, which may grant less: room for a burst while the event loop is busy. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

export interface UdpTransportOptions {
  readonly host: string;
  readonly port: number;
  readonly handler: TransportHandler;
  readonly resolver: LocalAddressResolver;
  /** Flows remembered before the older half is forgotten. */
  readonly maxFlows: number;
}

/** SIP over one UDP socket (RFC 3261 §18). */
export class UdpTransport implements DatagramPort {
  readonly host: string;
  readonly #handler: TransportHandler;
  readonly #resolver: LocalAddressResolver;
  readonly #socket: Socket;
  readonly #halfOfFlows: number;
  readonly #boundAddress: string | undefined;
  /** Two generations: when the young one is full it becomes the old one, and the old one is forgotten. */
  #young = new Map<string, UdpFlow>();
  #old = new Map<string, UdpFlow>();
  #localPort = 0;
  #open = false;

  private constructor(options: UdpTransportOptions) {
    this.host = options.host;
    this.#handler = options.handler;
    this.#resolver = options.resolver;
    this.#halfOfFlows = Math.max(1, options.maxFlows >> 1);
    this.#boundAddress = options.host === '0.0.0.0' || options.host === '::' ? undefined : options.host;
    const family = isIPv6(options.host) ? 6 : 4;
    this.#socket = createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      ipv6Only: family === 6,
      recvBufferSize: RECEIVE_BUFFER_BYTES,
      // We send to literal addresses alone; the default look-up would put each datagram off to the next tick.
      lookup: (address, _options, callback) => callback(null, address, family),
    });
  }

  /** Binds the socket; rejects with a ManylineError. */
  static async listen(options: UdpTransportOptions): Promise<UdpTransport> {
    const transport = new UdpTransport(options);
    await transport.#bind(options.port);
    return transport;
  }

  #bind(port: number): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      socket.once('error', (error) => {
        socket.close();
        reject(listenError('UDP', this.host, port, error));
      });
      socket.bind({ address: this.host, port }, () => {
        socket.removeAllListeners('error');
        socket.on('error', () => this.#handler.onDiscard('connection-error'));
        socket.on('message', (bytes, source) => this.#receive(bytes, source));
        this.#localPort = socket.address().port;
        this.#open = true;
        resolve();
      });
    });
  }

  get localPort(): number {
    return this.#localPort;
  }

  get open(): boolean {
    return this.#open;
  }

  get family(): 4 | 6 {
    return isIPv6(this.host) ? 6 : 4;
  }

  localAddressFor(remoteAddress: string): string {
    return this.#resolver.resolve(remoteAddress, this.#boundAddress);
  }

  #receive(bytes: Buffer, source: RemoteInfo): void {
    const first = bytes[0];
    if (first === undefined || first === CR || first === LF) {
      if (isOnlyLineEnds(bytes)) {
        this.#handler.onDiscard('keep-alive');
        return;
      }
    } else if (first < STUN_BELOW) {
      this.#handler.onDiscard('stun');
      return;
    }
    if (source.port === 0) {
      this.#handler.onDiscard('bad-source-port');
      return;
    }
    const parsed = parseMessage(bytes);
    if (!parsed.ok && parsed.error.kind === 'not-sip') {
      this.#handler.onDiscard('not-sip');
      return;
    }
    const flow = this.flowTo(source.address, source.port);
    if (!parsed.ok) {
      if (parsed.error.request !== undefined) stampReceived(parsed.error.request, source.address, source.port);
      this.#handler.onMalformed(parsed.error, flow);
      return;
    }
    if (parsed.value instanceof SipRequest) stampReceived(parsed.value, source.address, source.port);
    this.#handler.onMessage(parsed.value, flow);
  }

  /** The flow to a literal address; the same object as long as it is remembered. */
  flowTo(address: string, port: number): UdpFlow {
    const key = `${address} ${port}`;
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const flow = this.#old.get(key) ?? new UdpFlow(this, address, port);
    if (this.#young.size >= this.#halfOfFlows) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, flow);
    return flow;
  }

  sendTo(bytes: Buffer, address: string, port: number): boolean {
    if (!this.#open) return false;
    if (bytes.length > MAX_DATAGRAM_BYTES) {
      this.#handler.onDiscard('datagram-too-large');
      return false;
    }
    this.#socket.send(bytes, port, address, this.#onSent);
    return true;
  }

  /** One function for all datagrams; the error tells the destination. */
  readonly #onSent = (error: (Error & { address?: string; port?: number }) | null): void => {
    if (error === null || !this.#open) return;
    this.#handler.onDiscard('send-failed');
    if (error.address !== undefined && error.port !== undefined) {
      this.#handler.onSendFailed?.(this.flowTo(error.address, error.port));
    }
  };

  /** Stops receiving and sending; idempotent. */
  close(): Promise<void> {
    if (!this.#open) return Promise.resolve();
    this.#open = false;
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }
}

function isOnlyLineEnds(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte !== CR && byte !== LF) return false;
  return true;
}
