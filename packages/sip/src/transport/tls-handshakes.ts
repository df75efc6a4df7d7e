import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { Clock, Timer } from '@manyline/kernel';
import type { AdmittedPlace } from './connection-admission.ts';
import type { DiscardReason } from './discard-reason.ts';
import { type TlsCertificate, tlsRules } from './tls-options.ts';

export interface TlsHandshakesOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly certificate: TlsCertificate;
  readonly onSecure: (socket: TLSSocket, place: AdmittedPlace) => void;
  readonly onDiscard: (reason: DiscardReason) => void;
}

interface Handshake {
  readonly socket: Socket;
  readonly place: AdmittedPlace;
  readonly deadline: Timer;
  failure: DiscardReason;
}

/** Leads accepted TCP connections through the TLS handshake, each within its time. */
export class TlsHandshakes {
  readonly #options: TlsHandshakesOptions;
  readonly #server: Server;
  readonly #running = new Map<string, Handshake>();

  constructor(options: TlsHandshakesOptions) {
    this.#options = options;
    // The server listens nowhere: it is given the sockets that a TCP server accepted.
    this.#server = createServer({ ...tlsRules, ...options.certificate });
    this.#server.on('secureConnection', (socket) => this.#secured(socket));
    this.#server.on('tlsClientError', (_error, socket) => socket.destroy());
  }

  /** For handshakes from now on; connections that are up keep theirs. */
  setCertificate(certificate: TlsCertificate): void {
    this.#server.setSecureContext({ ...tlsRules, ...certificate });
  }

  accept(socket: Socket, place: AdmittedPlace): void {
    const key = endpoint(socket);
    const deadline = this.#options.clock.after(this.#options.timeoutMs, () => {
      handshake.failure = 'tls-handshake-timeout';
      socket.destroy();
    });
    const handshake: Handshake = { socket, place, deadline, failure: 'tls-handshake-failed' };
    this.#running.set(key, handshake);
    socket.on('error', () => {});
    socket.on('close', () => this.#ended(key, handshake));
    this.#server.emit('connection', socket);
  }

  #secured(socket: TLSSocket): void {
    const key = endpoint(socket);
    const handshake = this.#running.get(key);
    if (handshake === undefined) {
      socket.destroy();
      return;
    }
    this.#running.delete(key);
    handshake.deadline.cancel();
    this.#options.onSecure(socket, handshake.place);
  }

  #ended(key: string, handshake: Handshake): void {
    if (this.#running.get(key) !== handshake) return;
    this.#running.delete(key);
    handshake.deadline.cancel();
    handshake.place.release();
    this.#options.onDiscard(handshake.failure);
  }

  /** Cuts the handshakes that are under way; idempotent. */
  close(): void {
    for (const handshake of this.#running.values()) handshake.socket.destroy();
  }
}

function endpoint(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort} ${socket.localPort}`;
}
