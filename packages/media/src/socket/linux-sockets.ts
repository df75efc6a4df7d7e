import { isIPv6 } from 'node:net';
import { err, ok, type Result } from '@manyline/kernel';
import type { Endpoint } from '../endpoint.ts';
import type { DatagramHandler, DatagramSocket, DatagramSockets, SocketFailure } from './datagram-socket.ts';
import { type Libc, newArena } from './libc.ts';
import { LoadGauge } from './load-gauge.ts';
import { readSocketAddress, SOCKET_ADDRESS_BYTES, socketAddressLength, writeSocketAddress } from './socket-address.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
const EFD_NONBLOCK_CLOEXEC = 0o4000 | 0o2000000;
const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLLIN = 1;

const MAX_DATAGRAM_BYTES = 2048;
const MAX_EVENTS = 256;
/** struct epoll_event: packed on x64 only. */
const EVENT_BYTES = process.arch === 'x64' ? 12 : 16;
const EVENT_WORDS = EVENT_BYTES / 4;
const EVENT_DATA_WORD = process.arch === 'x64' ? 1 : 2;
/** The event that is not a socket's. */
const WAKE_SLOT = 0xffffffff;
/** Other work of the thread (messages, timers) waits no longer than this while datagrams keep coming. */
const MAX_ROUND_MS = 20;

/** Where things are in the arena. A struct msghdr takes 56 bytes, a struct iovec 16. */
const AT = {
  receiveHeader: 0,
  receiveName: 64,
  receiveVector: 96,
  sendHeader: 128,
  sendName: 192,
  sendVector: 224,
  forwardVector: 240,
  events: 256,
  receiveBytes: 256 + MAX_EVENTS * 16,
  sendBytes: 256 + MAX_EVENTS * 16 + MAX_DATAGRAM_BYTES,
  end: 256 + MAX_EVENTS * 16 + 2 * MAX_DATAGRAM_BYTES,
} as const;

export interface LinuxSocketsOptions {
  /** The IP address to bind to; `::` hears IPv4 as well. */
  readonly host: string;
  readonly libc: Libc;
  /**
   * How long one wait for datagrams may hold the thread while sockets are open. `wakeFd` ends it early.
   */
  readonly longestWaitMs: number;
}

/**
 * Datagram sockets straight on epoll, recvmsg and sendmsg. While sockets are open the thread waits for datagrams in
 * epoll_wait instead of in Node's event loop, which gets its turn in between.
 */
export class LinuxSockets implements DatagramSockets {
  readonly #host: string;
  readonly #libc: Libc;
  readonly #longestWaitMs: number;
  readonly #epoll: number;
  /** Writing 8 bytes to it (eventfd(2)), from any thread, ends a wait. */
  readonly wakeFd: number;
  readonly #arena = newArena(AT.end);
  readonly #io: DatagramIo;
  readonly #eventWords = new Uint32Array(this.#arena.memory, AT.events, MAX_EVENTS * EVENT_WORDS);
  readonly #eventsAddress = this.#arena.address + BigInt(AT.events);
  readonly #wakeBytes = new Uint8Array(8);
  readonly #gauge = new LoadGauge();
  readonly #slots: (LinuxSocket | undefined)[] = [];
  readonly #freeSlots: number[] = [];
  #openSockets = 0;
  #planned = false;
  #closed = false;

  constructor({ host, libc, longestWaitMs }: LinuxSocketsOptions) {
    this.#host = host;
    this.#libc = libc;
    this.#longestWaitMs = longestWaitMs;
    this.#io = new DatagramIo(libc, this.#arena.memory, this.#arena.address, isIPv6(host));
    this.#epoll = libc.epoll_create1(EPOLL_CLOEXEC);
    this.wakeFd = libc.eventfd(0, EFD_NONBLOCK_CLOEXEC);
    libc.epoll_ctl(this.#epoll, EPOLL_CTL_ADD, this.wakeFd, readEvent(WAKE_SLOT));
  }

  open(port: number): Result<DatagramSocket, SocketFailure> {
    const libc = this.#libc;
    const ipv6 = isIPv6(this.#host);
    const fd = libc.socket(ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
    if (fd < 0) return err({ code: libc.lastError() });
    if (ipv6) libc.setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, new Uint8Array(4), 4);
    const name = new Uint8Array(SOCKET_ADDRESS_BYTES);
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
    this.#libc.close(this.wakeFd);
    this.#libc.close(this.#epoll);
  }

  #release(slot: number, fd: number): void {
    this.#libc.epoll_ctl(this.#epoll, EPOLL_CTL_DEL, fd, this.#wakeBytes);
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

  /** Handles datagrams until there are none, someone woke the thread, or the event loop must have its turn. */
  readonly #round = (): void => {
    this.#planned = false;
    if (this.#closed || this.#openSockets === 0) return;
    const startMs = performance.now();
    for (let nowMs = startMs; nowMs - startMs < MAX_ROUND_MS; nowMs = performance.now()) {
      const ready = this.#libc.epoll_wait(this.#epoll, this.#eventsAddress, MAX_EVENTS, this.#longestWaitMs);
      if (ready <= 0) break;
      if (this.#handle(ready)) break;
      this.#gauge.add(ready, nowMs);
      if (this.#gauge.busy) this.#gauge.nap();
    }
    this.#plan();
  };

  /** True when the wake event was among the events. */
  #handle(ready: number): boolean {
    const words = this.#eventWords;
    let woken = false;
    for (let index = 0; index < ready; index++) {
      const slot = words[index * EVENT_WORDS + EVENT_DATA_WORD]!;
      if (slot === WAKE_SLOT) {
        this.#libc.read(this.wakeFd, this.#wakeBytes, 8);
        woken = true;
      } else this.#slots[slot]?.receive();
    }
    return woken;
  }
}

/** A struct epoll_event that asks for readability. */
function readEvent(slot: number): Uint8Array {
  const words = new Uint32Array(EVENT_WORDS);
  words[0] = EPOLLIN;
  words[EVENT_DATA_WORD] = slot;
  return new Uint8Array(words.buffer);
}

/** The memory of one thread through which datagrams go in and out, one at a time. */
class DatagramIo {
  readonly #libc: Libc;
  readonly #receiveHeader: bigint;
  readonly #sendHeader: bigint;
  readonly #words: Uint32Array;
  readonly #sendBytes: Uint8Array;
  readonly #nameLength: number;
  readonly #receiveVectorAddress: number;
  readonly #sendVectorAddress: number;
  readonly ipv6: boolean;
  /** The datagram received last. */
  readonly bytes: Uint8Array;
  /** Its source: a socket address. */
  readonly nameBytes: Uint8Array;
  readonly nameWords: Uint32Array;

  constructor(libc: Libc, memory: ArrayBuffer, address: bigint, ipv6: boolean) {
    this.#libc = libc;
    this.ipv6 = ipv6;
    this.#receiveHeader = address + BigInt(AT.receiveHeader);
    this.#sendHeader = address + BigInt(AT.sendHeader);
    this.#words = new Uint32Array(memory);
    this.#nameLength = socketAddressLength(ipv6);
    this.bytes = new Uint8Array(memory, AT.receiveBytes, MAX_DATAGRAM_BYTES);
    this.#sendBytes = new Uint8Array(memory, AT.sendBytes, MAX_DATAGRAM_BYTES);
    this.nameBytes = new Uint8Array(memory, AT.receiveName, SOCKET_ADDRESS_BYTES);
    this.nameWords = new Uint32Array(memory, AT.receiveName, SOCKET_ADDRESS_BYTES / 4);
    this.#receiveVectorAddress = AT.receiveVector / 4;
    this.#sendVectorAddress = AT.sendVector / 4;
    const view = new DataView(memory);
    writeVector(view, AT.receiveVector, address + BigInt(AT.receiveBytes), MAX_DATAGRAM_BYTES);
    writeVector(view, AT.sendVector, address + BigInt(AT.sendBytes), 0);
    writeHeader(view, AT.receiveHeader, address, AT.receiveName, AT.receiveVector, SOCKET_ADDRESS_BYTES);
    writeHeader(view, AT.sendHeader, address, AT.sendName, AT.sendVector, this.#nameLength);
  }
}
