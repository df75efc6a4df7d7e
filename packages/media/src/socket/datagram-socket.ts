import type { Result } from '@manyline/kernel';
import type { Endpoint } from '../endpoint.ts';

/**
 * Takes one datagram. `bytes` may be longer than `length` and is overwritten after the call.
 * `fromPeer` says that it came from exactly the socket's peer.
 */
export type DatagramHandler = (bytes: Uint8Array, length: number, fromPeer: boolean) => void;

/** A bound UDP socket that talks to one peer at a time and hears everyone. */
export interface DatagramSocket {
  readonly port: number;
  onDatagram: DatagramHandler;
  /** Whom `send` sends to; undefined for nobody. */
  setPeer(peer: Endpoint | undefined): void;
  /** Who sent the datagram that is being handled; only within `onDatagram`. */
  source(): Endpoint;
  /** Sends to the peer; false when there is none or the system refuses. Never throws. */
  send(bytes: Uint8Array, length: number): boolean;
  /** May be called twice. */
  close(): void;
}

export interface SocketFailure {
  /** `EADDRINUSE`, `EMFILE`, … */
  readonly code: string;
}

/** Opens the sockets of one thread. */
export interface DatagramSockets {
  open(port: number): Result<DatagramSocket, SocketFailure>;
  /** Closes what is still open; may be called twice. */
  close(): void;
}
