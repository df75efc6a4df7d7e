import { createServer, isIPv6, type Server, type Socket } from 'node:net';
import type { AdmittedPlace, ConnectionAdmission } from './connection-admission.ts';
import type { DiscardReason } from './discard-reason.ts';
import { listenError } from './listen-error.ts';

export interface StreamListenerOptions {
  readonly protocol: 'TCP' | 'TLS';
  readonly host: string;
  readonly port: number;
  readonly admission: ConnectionAdmission;
  readonly onSocket: (socket: Socket, place: AdmittedPlace) => void;
  readonly onDiscard: (reason: DiscardReason) => void;
}

/** One listening TCP port: accepts connections as far as the limits allow. */
export class StreamListener {
  readonly #options: StreamListenerOptions;
  readonly #server: Server;
  #localPort = 0;

  private constructor(options: StreamListenerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** Rejects with a ManylineError. */
  static async listen(options: StreamListenerOptions): Promise<StreamListener> {
    const listener = new StreamListener(options);
    await listener.#bind();
    return listener;
  }

  #bind(): Promise<void> {
    const { protocol, host, port, onDiscard } = this.#options;
    const server = this.#server;
    return new Promise((resolve, reject) => {
      server.once('error', (error) => reject(listenError(protocol, host, port, error)));
      server.listen({ host, port, ipv6Only: isIPv6(host), backlog: 1024 }, () => {
        server.removeAllListeners('error');
        server.on('error', () => onDiscard('accept-failed'));
        const address = server.address();
        if (typeof address === 'object' && address !== null) this.#localPort = address.port;
        resolve();
      });
    });
  }

  get localPort(): number {
    return this.#localPort;
  }

  #accept(socket: Socket): void {
    const address = socket.remoteAddress;
    const place = address === undefined ? undefined : this.#options.admission.admit(address);
    if (typeof place === 'object') {
      this.#options.onSocket(socket, place);
      return;
    }
    if (place !== undefined) this.#options.onDiscard(place);
    socket.on('error', () => {});
    socket.destroy();
  }

  /** Accepts nothing more; idempotent. The promise ends when the accepted sockets are gone, too. */
  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
