/** The local socket between SIP workers and the media process: a path (mode 0600) or `host:port`. */
import { rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { ControlConnection } from '../control/control-connection.ts';

/** A peer that reads so slowly is gone or broken. */
const MAX_UNSENT_BYTES = 8 * 1024 * 1024;

export interface ControlListener {
  /** Stops listening and removes the socket file; open connections stay. May be called twice. */
  close(): Promise<void>;
}

/** Connects; when that fails `onClose` is called like after a broken connection. */
export function connectControl(path: string): ControlConnection {
  return new SocketConnection(connect(socketAddress(path)));
}

/**
 * Listens, and replaces the socket file that a dead process left. Rejects with the system's error, EADDRINUSE also
 * when a live process listens on the path.
 */
export async function listenControl(
  path: string,
  onConnection: (connection: ControlConnection) => void,
): Promise<ControlListener> {
  const address = socketAddress(path);
  const file = 'path' in address ? address.path : undefined;
  if (file !== undefined) await removeStaleSocket(file);
  const server = createServer((socket) => onConnection(new SocketConnection(socket)));
  await listen(server, address);
  return {
    close: async () => {
      server.close();
      if (file !== undefined) await rm(file, { force: true });
    },
  };
}

function listen(server: Server, address: SocketAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // The file is made within the call to listen(): nobody else can connect at any time.
    const mask = 'path' in address ? process.umask(0o177) : undefined;
    try {
      server.listen(address, resolve);
    } finally {
      if (mask !== undefined) process.umask(mask);
    }
  });
}

type SocketAddress = { readonly path: string } | { readonly host: string; readonly port: number };

function socketAddress(path: string): SocketAddress {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^/\\:]+)):(\d{1,5})$/i.exec(path);
  return match === null ? { path } : { host: match[1] ?? match[2]!, port: Number(match[3]) };
}

async function removeStaleSocket(path: string): Promise<void> {
  const file = await stat(path).catch(() => undefined);
  if (file === undefined) return;
  const inUse = Object.assign(new Error(`${path} is in use`), { code: 'EADDRINUSE' });
  if (!file.isSocket() || (await isAlive(path))) throw inUse;
  await rm(path, { force: true });
}

function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ path });
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}

class SocketConnection implements ControlConnection {
  onData: (chunk: Buffer) => void = () => {};
  onClose: () => void = () => {};
  readonly #socket: Socket;
  #corked = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.onData(chunk));
    // 'close' follows.
    socket.on('error', () => {});
    socket.on('close', () => this.onClose());
  }

  send(bytes: Buffer): void {
    if (this.#socket.destroyed) return;
    if (this.#socket.writableLength > MAX_UNSENT_BYTES) {
      this.#socket.destroy();
      return;
    }
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(bytes);
  }

  close(): void {
    this.#socket.destroy();
  }
}
