import { connect, createServer, type Server, type Socket } from 'node:net';

const HANDSHAKE_RECORD = 22;
const SERVER_HELLO = 2;
const SUPPORTED_VERSIONS = 43;
const VERSION_NAMES: ReadonlyMap<number, string> = new Map([
  [0x0303, 'TLSv1.2'],
  [0x0304, 'TLSv1.3'],
]);

/** The version that a ServerHello chose (RFC 8446 §4.1.3, §4.2.1); undefined while it is not whole or is not one. */
export function serverHelloVersion(bytes: Buffer): string | undefined {
  if (bytes.length < 5 || bytes[0] !== HANDSHAKE_RECORD || bytes.length < 5 + bytes.readUInt16BE(3)) return undefined;
  if (bytes[5] !== SERVER_HELLO) return undefined;
  const end = 5 + bytes.readUInt16BE(3);
  const afterSessionId = 5 + 4 + 2 + 32 + 1 + (bytes[43] ?? 0);
  let version = bytes.readUInt16BE(9);
  for (let offset = afterSessionId + 5; offset + 4 <= end; offset += 4 + bytes.readUInt16BE(offset + 2)) {
    if (bytes.readUInt16BE(offset) === SUPPORTED_VERSIONS) version = bytes.readUInt16BE(offset + 4);
  }
  return VERSION_NAMES.get(version) ?? `0x${version.toString(16)}`;
}

/** A TCP relay in front of a TLS server that reads, from the open part of the handshake, which version was agreed. */
export class TlsVersionTap {
  /** One for each connection so far. */
  readonly versions: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(target: { readonly host: string; readonly port: number }) {
    this.#server = createServer((client) => {
      const upstream = connect(target.port, target.host);
      let head: Buffer | undefined = Buffer.alloc(0);
      upstream.on('data', (chunk) => {
        if (head === undefined) return;
        head = Buffer.concat([head, Buffer.from(chunk as Buffer)]);
        const version = serverHelloVersion(head);
        if (version === undefined && head.length < 20_000) return;
        if (version !== undefined) this.versions.push(version);
        head = undefined;
      });
      for (const [socket, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        this.#sockets.add(socket);
        socket.pipe(other);
        socket.on('error', () => other.destroy());
        socket.on('close', () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
      }
    });
  }

  static async open(target: { readonly host: string; readonly port: number }): Promise<TlsVersionTap> {
    const tap = new TlsVersionTap(target);
    await new Promise<void>((resolve) => tap.#server.listen(0, '127.0.0.1', resolve));
    return tap;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
