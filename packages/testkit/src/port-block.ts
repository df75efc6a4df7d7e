import { createSocket } from 'node:dgram';
import { createServer, type Server } from 'node:net';

/** Below the kernel's ephemeral range, so that no outgoing connection takes a port between our look and our use. */
const [FIRST_PORT, LAST_PORT] = (process.env.TEST_PORT_RANGE ?? '11000-18999').split('-').map(Number) as [
  number,
  number,
];
const BLOCK_SIZE = 800;

let guard: Server | undefined;
let nextPort = 0;
let lastPort = 0;

/** Holds the first port of a block open for the life of this process: other test processes then take other blocks. */
async function claimBlock(): Promise<void> {
  const blocks = Math.floor((LAST_PORT - FIRST_PORT + 1) / BLOCK_SIZE);
  const start = process.pid % blocks;
  for (let attempt = 0; attempt < blocks; attempt += 1) {
    const base = FIRST_PORT + ((start + attempt) % blocks) * BLOCK_SIZE;
    const server = await tryListen(base);
    if (server === undefined) continue;
    server.unref();
    guard = server;
    nextPort = base + 1;
    lastPort = base + BLOCK_SIZE - 1;
    return;
  }
  throw new Error(`no free block of ports between ${FIRST_PORT} and ${LAST_PORT}`);
}

function tryListen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '0.0.0.0', exclusive: true }, () => resolve(server));
  });
}

async function isFree(port: number): Promise<boolean> {
  const server = await tryListen(port);
  if (server === undefined) return false;
  await new Promise((resolve) => server.close(resolve));
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(false));
    socket.bind({ port, address: '0.0.0.0', exclusive: true }, () => socket.close(() => resolve(true)));
  });
}

/**
 * The first of `count` ports in a row that were free for TCP and UDP when asked; never given out twice by this
 * process until its block of ports is used up, then from the block's beginning again.
 */
export async function freePortRun(count: number): Promise<number> {
  if (guard === undefined) await claimBlock();
  for (let wraps = 0; wraps < 2; ) {
    if (nextPort + count - 1 > lastPort) {
      nextPort = lastPort - BLOCK_SIZE + 2;
      wraps += 1;
    }
    const first = nextPort;
    nextPort += count;
    const free = await Promise.all(Array.from({ length: count }, (_, offset) => isFree(first + offset)));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`no run of ${count} free ports in this process's block`);
}

/** One port that was free for TCP and UDP when asked. */
export function freePort(): Promise<number> {
  return freePortRun(1);
}
