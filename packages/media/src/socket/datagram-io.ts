import { type Libc, newArena } from './libc.ts';
import { SOCKET_ADDRESS_BYTES, socketAddressLength } from './socket-address.ts';

/** recvmsg(2) copies no more of a datagram; longer ones are not media. */
const MAX_DATAGRAM_BYTES = 2048;

/** Byte offsets in the arena. A struct msghdr takes 56 bytes, a struct iovec 16. */
const RECEIVE_HEADER = 0;
const RECEIVE_NAME = 64;
const RECEIVE_VECTOR = 96;
const FORWARD_HEADER = 128;
const FORWARD_VECTOR = 192;
const SEND_NAME = 208;
const SEND_HEADER = 256;
const SEND_VECTOR = 320;
const RECEIVE_BYTES = 512;
const SEND_BYTES = RECEIVE_BYTES + MAX_DATAGRAM_BYTES;
const ARENA_BYTES = SEND_BYTES + MAX_DATAGRAM_BYTES;

/** The memory through which the datagrams of a thread's sockets go in and out, one at a time (recvmsg(2), sendmsg(2)). */
export class DatagramIo {
  readonly ipv6: boolean;
  /** The datagram received last. */
  readonly bytes: Uint8Array;
  /** Its source, a socket address. */
  readonly nameBytes: Uint8Array;
  readonly #libc: Libc;
  readonly #arena = newArena(ARENA_BYTES);
  readonly #words = new Uint32Array(this.#arena.memory);
  readonly #sendBytes = new Uint8Array(this.#arena.memory, SEND_BYTES, MAX_DATAGRAM_BYTES);
  readonly #receiveHeader: bigint;
  readonly #forwardHeader: bigint;
  readonly #sendHeader: bigint;

  constructor(libc: Libc, ipv6: boolean) {
    this.#libc = libc;
    this.ipv6 = ipv6;
    this.bytes = new Uint8Array(this.#arena.memory, RECEIVE_BYTES, MAX_DATAGRAM_BYTES);
    this.nameBytes = new Uint8Array(this.#arena.memory, RECEIVE_NAME, SOCKET_ADDRESS_BYTES);
    this.#writeVector(RECEIVE_VECTOR, RECEIVE_BYTES, MAX_DATAGRAM_BYTES);
    this.#writeVector(FORWARD_VECTOR, RECEIVE_BYTES, 0);
    this.#writeVector(SEND_VECTOR, SEND_BYTES, 0);
    this.#receiveHeader = this.#writeHeader(RECEIVE_HEADER, RECEIVE_NAME, RECEIVE_VECTOR);
    this.#forwardHeader = this.#writeHeader(FORWARD_HEADER, SEND_NAME, FORWARD_VECTOR);
    this.#sendHeader = this.#writeHeader(SEND_HEADER, SEND_NAME, SEND_VECTOR);
  }

  /** Its length, or below 0 when there is none. */
  receive(fd: number): number {
    // The system writes back how long the name was.
    this.#words[(RECEIVE_HEADER + 8) / 4] = SOCKET_ADDRESS_BYTES;
    return this.#libc.recvmsg(fd, this.#receiveHeader, 0);
  }

  /** Whether the last datagram came from `peer`: family, port and address (not the IPv6 flow label or scope). */
  isFrom(peer: Uint32Array): boolean {
    const words = this.#words;
    const at = RECEIVE_NAME / 4;
    if (words[at] !== peer[0]) return false;
    if (!this.ipv6) return words[at + 1] === peer[1];
    return (
      words[at + 2] === peer[2] && words[at + 3] === peer[3] && words[at + 4] === peer[4] && words[at + 5] === peer[5]
    );
  }

  /** The datagram received last goes out from where it lies; other bytes are copied first. */
  send(fd: number, peer: Uint32Array, bytes: Uint8Array, length: number): boolean {
    const words = this.#words;
    const at = SEND_NAME / 4;
    words[at] = peer[0]!;
    words[at + 1] = peer[1]!;
    if (this.ipv6) {
      for (let index = 2; index < peer.length; index++) words[at + index] = peer[index]!;
    }
    if (bytes === this.bytes) {
      words[(FORWARD_VECTOR + 8) / 4] = length;
      return this.#libc.sendmsg(fd, this.#forwardHeader, 0) === length;
    }
    if (length > MAX_DATAGRAM_BYTES) return false;
    for (let index = 0; index < length; index++) this.#sendBytes[index] = bytes[index]!;
    words[(SEND_VECTOR + 8) / 4] = length;
    return this.#libc.sendmsg(fd, this.#sendHeader, 0) === length;
  }

  /** struct iovec { void *iov_base; size_t iov_len; } */
  #writeVector(at: number, bytesAt: number, length: number): void {
    const view = new DataView(this.#arena.memory);
    view.setBigUint64(at, this.#arena.address + BigInt(bytesAt), true);
    view.setBigUint64(at + 8, BigInt(length), true);
  }

  /** struct msghdr { void *msg_name; socklen_t msg_namelen; struct iovec *msg_iov; size_t msg_iovlen; … }; its address. */
  #writeHeader(at: number, nameAt: number, vectorAt: number): bigint {
    const view = new DataView(this.#arena.memory);
    view.setBigUint64(at, this.#arena.address + BigInt(nameAt), true);
    view.setUint32(at + 8, socketAddressLength(this.ipv6), true);
    view.setBigUint64(at + 16, this.#arena.address + BigInt(vectorAt), true);
    view.setBigUint64(at + 24, 1n, true);
    return this.#arena.address + BigInt(at);
  }
}
