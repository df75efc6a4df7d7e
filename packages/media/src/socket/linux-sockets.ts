import { isIPv6 } from 'node:net';
import { err, ok, type Result } from '@manyline/kernel';
import type { Endpoint } from '../endpoint.ts';
import { DatagramIo } from './datagram-io.ts';
import type { DatagramHandler, DatagramSocket, DatagramSockets, SocketFailure } from './datagram-socket.ts';
import { type Libc, newArena } from './libc.ts';
import { LoadGauge } from './load-gauge.ts';
import { newSocketAddress, readSocketAddress, socketAddressLength, writeSocketAddress } from './socket-address.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLLIN = 1;

const MAX_EVENTS = 256;
/** struct epoll_event: packed on x64 only. */
const EVENT_BYTES = process.arch === 'x64' ? 12 : 16;
const EVENT_WORDS = EVENT_BYTES / 4;
const EVENT_DATA_WORD = process.arch === 'x64' ? 1 : 2;
/** Marks the event that is not a socket's: the event loop has something to do. */
const LOOP_SLOT = 0xffffffff;
/** Timers of the thread may be late by this much while sockets are open. */
const MAX_WAIT_MS = 20;

/**
 * Datagram sockets straight on epoll, recvmsg and sendmsg. While sockets are open the thread waits in their epoll
 * instead of in Node's event loop. The loop's own epoll is one of the things waited for, so that the loop gets its turn
 * as soon as it has work.
 */
export class LinuxSockets implements DatagramSockets {
  readonly #host: string;
  readonly #libc: Libc;
  readonly #epoll: number;
  readonly #io: DatagramIo;
  readonly #events = newArena(MAX_EVENTS * EVENT_BYTES);
  readonly #eventWords = new Uint32Array(this.#events.memory);
  readonly #gauge = new LoadGauge();
  readonly #slots: (LinuxSocket | undefined)[] = [];
  readonly #freeSlots: number[] = [];
  #openSockets = 0;
  #loopEvents = 0;
  #planned = false;
  #closed = false;

  /** `host` is the IP address to bind to; `::` hears IPv4 as well. */
  constructor(host: string, libc: Libc) {
    this.#host = host;
    this.#libc = libc;
    this.#io = new DatagramIo(libc, isIPv6(host));
    this.#epoll = libc.epoll_create1(EPOLL_CLOEXEC);
    libc.epoll_ctl(this.#epoll, EPOLL_CTL_ADD, libc.loopFd(), readEvent(LOOP_SLOT));
  }

  open(port: number): Result<DatagramSocket, SocketFailure> {
    const libc = this.#libc;
    const ipv6 = isIPv6(this.#host);
    const fd = libc.socket(ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
    if (fd < 0) return err({ code: libc.lastError() });
    if (ipv6) libc.setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, new Uint8Array(4), 4);
    const name = newSocketAddress().bytes;
    writeSocketAddress(name, { address: this.#host, port }, ipv6);
    const slot = this.#freeSlots.pop() ?? this.#slots.length;
    if (
      libc.bind(fd, name, socketAddressLength(ipv6)) !== 0 ||
      libc.epoll_ctl(this.#epoll, EPOLL_CTL_ADD, fd, readEvent(slot)) !== 0
    ) {
      const code = libc.lastError();
      libc.close(fd);
      this.#freeSlots.push(slot);
      return err({ code });
    }
    const socket = new LinuxSocket(this.#io, fd, port, () => this.#release(slot, fd));
    this.#slots[slot] = socket;
    this.#openSockets += 1;
    this.#plan();
    return ok(socket);
  }

  close(): void {
    if (this.#closed) return;
    for (const socket of this.#slots) socket?.close();
    this.#closed = true;
    this.#libc.close(this.#epoll);
  }

  #release(slot: number, fd: number): void {
    this.#libc.close(fd);
    this.#slots[slot] = undefined;
    this.#freeSlots.push(slot);
    this.#openSockets -= 1;
  }

  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    setImmediate(this.#round);
  }

  /** Handles datagrams until none came for a while or the event loop has work. */
  readonly #round = (): void => {
    this.#planned = false;
    if (this.#closed || this.#openSockets === 0) return;
    const startMs = performance.now();
    const waitMs = this.#loopIsQuiet() ? MAX_WAIT_MS : 0;
    for (let nowMs = startMs; nowMs - startMs < MAX_WAIT_MS; nowMs = performance.now()) {
      const ready = this.#libc.epoll_wait(this.#epoll, this.#events.address, MAX_EVENTS, waitMs);
      if (ready <= 0) break;
      const loopHasWork = this.#handle(ready);
      this.#gauge.add(ready, nowMs);
      if (loopHasWork || waitMs === 0) break;
      if (this.#gauge.busy) this.#gauge.nap();
    }
    this.#plan();
  };

  /**
   * Whether the loop handled nothing since the last round. What it begins to watch while handling an event is in its
   * epoll only after the next turn, so waiting must wait for that.
   */
  #loopIsQuiet(): boolean {
    const { events } = performance.nodeTiming.uvMetricsInfo;
    const quiet = events === this.#loopEvents;
    this.#loopEvents = events;
    return quiet;
  }

  /** True when the event loop has work. */
  #handle(ready: number): boolean {
    const words = this.#eventWords;
    let loopHasWork = false;
    for (let index = 0; index < ready; index++) {
      const slot = words[index * EVENT_WORDS + EVENT_DATA_WORD]!;
      if (slot === LOOP_SLOT) loopHasWork = true;
      else this.#slots[slot]?.receive();
    }
    return loopHasWork;
  }
}

/** A struct epoll_event that asks for readability. */
function readEvent(slot: number): Uint8Array {
  const words = new Uint32Array(EVENT_WORDS);
  words[0] = EPOLLIN;
  words[EVENT_DATA_WORD] = slot;
  return new Uint8Array(words.buffer);
}

const discard: DatagramHandler = () => {};

class LinuxSocket implements DatagramSocket {
  readonly port: number;
  onDatagram: DatagramHandler = discard;
  readonly #io: DatagramIo;
  readonly #fd: number;
  readonly #onClose: () => void;
  readonly #peer = newSocketAddress();
  #hasPeer = false;
  #closed = false;

  constructor(io: DatagramIo, fd: number, port: number, onClose: () => void) {
    this.#io = io;
    this.#fd = fd;
    this.port = port;
    this.#onClose = onClose;
  }

  /** Takes one datagram; the rest waits for the next round, so that no socket starves the others. */
  receive(): void {
    const io = this.#io;
    const length = io.receive(this.#fd);
    if (length > 0) this.onDatagram(io.bytes, length, this.#hasPeer && io.isFrom(this.#peer.words));
  }

  setPeer(peer: Endpoint | undefined): void {
    this.#hasPeer = peer !== undefined && writeSocketAddress(this.#peer.bytes, peer, this.#io.ipv6);
  }

  source(): Endpoint {
    return readSocketAddress(this.#io.nameBytes);
  }

  send(bytes: Uint8Array, length: number): boolean {
    return this.#hasPeer && !this.#closed && this.#io.send(this.#fd, this.#peer.words, bytes, length);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
  }
}
