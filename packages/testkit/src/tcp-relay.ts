import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP relay in front of a service, so that a test can take the service away and give it back. */
export class TcpRelay {
  readonly #targetHost: string;
  readonly #targetPort: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  private constructor(host: string, port: number) {
    this.#targetHost = host;
    this.#targetPort = port;
  }

  /** Opens a relay on a port of its own to the service that `url` names. */
  static async open(url: string): Promise<TcpRelay> {
    const { hostname, port } = new URL(url);
    const relay = new TcpRelay(hostname, Number(port));
    await relay.restore();
    return relay;
  }

  /** `url` with the relay's address in place of the service's. */
  through(url: string): string {
    const relayed = new URL(url);
    relayed.hostname = '127.0.0.1';
    relayed.port = String(this.#port);
    return relayed.toString();
  }

  /** Listens again, on the same port as before. */
  async restore(): Promise<void> {
    const server = createServer((inner) => this.#join(inner, connect(this.#targetPort, this.#targetHost)));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
    this.#server = server;
  }

  /** Ends every connection and refuses new ones. */
  async cut(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(inner: Socket, outer: Socket): void {
    for (const [socket, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    inner.pipe(outer).pipe(inner);
  }
}
