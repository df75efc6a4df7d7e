import { randomBytes } from 'node:crypto';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Clock } from '@manyline/kernel';
import type { AdmittedPlace, ConnectionAdmission } from './connection-admission.ts';
import type { TransportHandler } from './flow.ts';
import type { LocalAddressResolver } from './local-address-resolver.ts';
import { StreamConnection, type StreamConnectionOptions } from './stream-connection.ts';
import { StreamListener } from './stream-listener.ts';
import { TlsHandshakes } from './tls-handshakes.ts';
import { type TlsCertificate, tlsRules } from './tls-options.ts';
import type { TransportLimits } from './transport-limits.ts';

type OwnParts = Pick<
  StreamConnectionOptions,
  'socket' | 'place' | 'outgoing' | 'localAddress' | 'localPort' | 'remoteAddress' | 'remotePort'
>;

export interface StreamTransportOptions {
  readonly protocol: 'TCP' | 'TLS';
  readonly clock: Clock;
  readonly limits: TransportLimits;
  readonly handler: TransportHandler;
  readonly resolver: LocalAddressResolver;
  readonly admission: ConnectionAdmission;
  /** Authorities, in PEM, that vouch for the servers we connect to, besides the well-known ones. */
  readonly trustedCertificates?: readonly string[] | undefined;
}

/** RFC 3261 §19.1.2; written into Via when we listen nowhere. */
const DEFAULT_PORT = { TCP: 5060, TLS: 5061 };

/** Makes connection ids unlike those of an earlier run of the process. */
const runId = randomBytes(6).toString('base64url');

/** All connections of one stream protocol, accepted and opened (RFC 3261 §18). */
export class StreamTransport {
  readonly #options: StreamTransportOptions;
  readonly #listeners: StreamListener[] = [];
  readonly #byId = new Map<string, StreamConnection>();
  readonly #byPeer = new Map<string, StreamConnection>();
  /** Every connection whose socket is not gone yet, ended ones included. */
  readonly #all = new Set<StreamConnection>();
  #handshakes: TlsHandshakes | undefined;
  #nextNumber = 1;
  #closed = false;
  #onLastGone: () => void = () => {};

  constructor(options: StreamTransportOptions) {
    this.#options = options;
  }

  /** The first listening port; undefined when there is none. */
  get localPort(): number | undefined {
    return this.#listeners[0]?.localPort;
  }

  get connectionCount(): number {
    return this.#byId.size;
  }

  /** The certificate of all TLS listeners, for handshakes from now on. */
  setCertificate(certificate: TlsCertificate): void {
    if (this.#handshakes !== undefined) {
      this.#handshakes.setCertificate(certificate);
      return;
    }
    const { clock, limits, handler } = this.#options;
    this.#handshakes = new TlsHandshakes({
      clock,
      timeoutMs: limits.handshakeTimeoutMs,
      certificate,
      onSecure: (socket, place) => this.#accepted(socket, place),
      onDiscard: (reason) => handler.onDiscard(reason),
    });
  }

  /** Gives back the port that was bound. Rejects with a ManylineError. */
  async listen(host: string, port: number): Promise<number> {
    const listener = await StreamListener.listen({
      protocol: this.#options.protocol,
      host,
      port,
      admission: this.#options.admission,
      onSocket: (socket, place) => {
        if (this.#handshakes === undefined) this.#accepted(socket, place);
        else this.#handshakes.accept(socket, place);
      },
      onDiscard: (reason) => this.#options.handler.onDiscard(reason),
    });
    this.#listeners.push(listener);
    return listener.localPort;
  }

  #accepted(socket: Socket, place: AdmittedPlace): void {
    const { remoteAddress, remotePort, localAddress, localPort } = socket;
    if (this.#closed || remoteAddress === undefined || remotePort === undefined || localPort === undefined) {
      socket.on('error', () => {});
      socket.destroy();
      place.release();
      return;
    }
    const ourAddress = this.#options.resolver.resolve(remoteAddress, localAddress);
    this.#add({ socket, place, outgoing: false, localAddress: ourAddress, localPort, remoteAddress, remotePort });
  }

  /**
   * The connection to this peer, opened when there is none. A TLS connection is verified against `serverName` (the
   * address when left out), so only one that we opened for the same name is used again (RFC 5922 §7).
   */
  connect(remoteAddress: string, remotePort: number, serverName = remoteAddress): StreamConnection | undefined {
    const { protocol, resolver, admission } = this.#options;
    const known = this.#byPeer.get(this.#peerKey(remoteAddress, remotePort, serverName));
    if (known !== undefined) return known;
    const place = this.#closed ? undefined : admission.admitOutgoing();
    if (place === undefined) return undefined;
    const target = { host: remoteAddress, port: remotePort };
    const isName = serverName !== remoteAddress;
    const socket =
      protocol === 'TCP'
        ? connectTcp(target)
        : connectTls({
            ...tlsRules,
            ...target,
            ...(isName ? { servername: serverName } : {}),
            ...(this.#options.trustedCertificates === undefined ? {} : { ca: [...this.#options.trustedCertificates] }),
          });
    const localAddress = resolver.resolve(remoteAddress);
    const localPort = this.localPort ?? DEFAULT_PORT[protocol];
    return this.#add({ socket, place, outgoing: true, localAddress, localPort, remoteAddress, remotePort }, serverName);
  }

  #add(parts: OwnParts, serverName?: string): StreamConnection {
    const { protocol, clock, limits, handler } = this.#options;
    const peerKey = this.#peerKey(parts.remoteAddress, parts.remotePort, serverName);
    const connection = new StreamConnection({
      ...parts,
      id: `${protocol}/${runId}/${this.#nextNumber++}`,
      protocol,
      clock,
      limits,
      handler,
      onLeft: (left) => {
        this.#byId.delete(left.id);
        if (this.#byPeer.get(peerKey) === left) this.#byPeer.delete(peerKey);
      },
      onGone: (gone) => {
        this.#all.delete(gone);
        if (this.#all.size === 0) this.#onLastGone();
      },
    });
    this.#all.add(connection);
    this.#byId.set(connection.id, connection);
    this.#byPeer.set(peerKey, connection);
    return connection;
  }

  /** Accepted TLS connections have a key of their own, because nobody verified their peer's name. */
  #peerKey(address: string, port: number, serverName: string | undefined): string {
    return this.#options.protocol === 'TLS' ? `${address} ${port} ${serverName ?? ''}` : `${address} ${port}`;
  }

  flowById(id: string): StreamConnection | undefined {
    return this.#byId.get(id);
  }

  /** Stops listening and ends all connections; idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    const closed = this.#listeners.splice(0).map((listener) => listener.close());
    this.#handshakes?.close();
    for (const connection of this.#all) connection.stop();
    await Promise.all(closed);
    if (this.#all.size > 0) await new Promise<void>((resolve) => (this.#onLastGone = resolve));
  }
}
