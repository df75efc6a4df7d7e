/**
 * The few calls of Linux' C library that the relay makes through node:ffi, so that a datagram costs two system calls
 * and no allocation. node:ffi is experimental: everything that touches it is in this file, and NodeSockets stands in
 * where it is missing.
 */

export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  setsockopt(fd: number, level: number, option: number, value: Uint8Array, length: number): number;
  close(fd: number): number;
  epoll_create1(flags: number): number;
  epoll_ctl(epoll: number, operation: number, fd: number, event: Uint8Array): number;
  /** The last two take addresses within an Arena. */
  epoll_wait(epoll: number, events: bigint, capacity: number, timeoutMs: number): number;
  recvmsg(fd: number, message: bigint, flags: number): number;
  sendmsg(fd: number, message: bigint, flags: number): number;
  /** The epoll descriptor of this thread's event loop (uv_backend_fd). */
  loopFd(): number;
  /** The reason of the last failure, from errno(3). */
  lastError(): string;
}

/** Memory at a fixed address: longer than what V8 keeps on its moving heap, and kept alive by its owner. */
export interface Arena {
  readonly memory: ArrayBuffer;
  readonly address: bigint;
}

const ERROR_NAMES: Readonly<Record<number, string>> = {
  13: 'EACCES',
  23: 'ENFILE',
  24: 'EMFILE',
  97: 'EAFNOSUPPORT',
  98: 'EADDRINUSE',
  99: 'EADDRNOTAVAIL',
};

let loaded: Libc | null | undefined;

/** The C library, or undefined where it cannot be used: another system, or node:ffi switched off. */
export function loadLibc(): Libc | undefined {
  if (loaded === undefined) loaded = open() ?? null;
  return loaded ?? undefined;
}

export function newArena(bytes: number): Arena {
  const memory = new ArrayBuffer(bytes);
  return { memory, address: ffiModule()!.getRawPointer(memory) };
}

function ffiModule(): typeof import('node:ffi') | undefined {
  return process.getBuiltinModule('node:ffi');
}

function open(): Libc | undefined {
  // The layouts in linux-sockets.ts are those of little-endian 64-bit Linux.
  if (process.platform !== 'linux' || !(process.arch === 'x64' || process.arch === 'arm64')) return undefined;
  try {
    const ffi = ffiModule();
    if (ffi === undefined) return undefined;
    const { functions } = ffi.dlopen(null, {
      socket: { arguments: ['i32', 'i32', 'i32'], return: 'i32' },
      bind: { arguments: ['i32', 'buffer', 'u32'], return: 'i32' },
      setsockopt: { arguments: ['i32', 'i32', 'i32', 'buffer', 'u32'], return: 'i32' },
      close: { arguments: ['i32'], return: 'i32' },
      epoll_create1: { arguments: ['i32'], return: 'i32' },
      epoll_ctl: { arguments: ['i32', 'i32', 'i32', 'buffer'], return: 'i32' },
      epoll_wait: { arguments: ['i32', 'pointer', 'i32', 'i32'], return: 'i32' },
      recvmsg: { arguments: ['i32', 'pointer', 'i32'], return: 'i32' },
      sendmsg: { arguments: ['i32', 'pointer', 'i32'], return: 'i32' },
      uv_backend_fd: { arguments: ['pointer'], return: 'i32' },
      __errno_location: { arguments: [], return: 'pointer' },
    });
    return {
      ...functions,
      loopFd: () => functions.uv_backend_fd(ffi.getCurrentEventLoop()),
      lastError: () => {
        const number = ffi.getInt32(functions.__errno_location());
        return ERROR_NAMES[number] ?? `errno ${number}`;
      },
    };
  } catch {
    return undefined;
  }
}
