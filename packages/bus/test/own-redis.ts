/** A Redis server of a test's own, which it may kill and start again on the same port and data. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface OwnRedis {
  readonly url: string;
  /** Resolves when the server takes connections. */
  start(): Promise<void>;
  /** The server hangs, its connections stay: until `resume`. */
  stall(): void;
  resume(): void;
  /** Ends the server as `kill -9` does; what it wrote to its append-only file stays. */
  kill(): Promise<void>;
  /** Kills it and removes its data. */
  remove(): Promise<void>;
}

const PORT_MIN = 32_000;
const PORT_MAX = 32_999;

export async function createOwnRedis(): Promise<OwnRedis> {
  const directory = await mkdtemp(join(tmpdir(), 'manyline-redis-'));
  const port = await freePort();
  let server: ChildProcess | undefined;

  const kill = async () => {
    if (server === undefined) return;
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
    server = undefined;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    start: async () => {
      const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', directory, '--save', ''];
      const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction'];
      server = spawn('redis-server', [...options, ...durable], { stdio: ['ignore', 'pipe', 'inherit'] });
      await said(server, 'Ready to accept connections');
    },
    stall: () => void server?.kill('SIGSTOP'),
    resume: () => void server?.kill('SIGCONT'),
    kill,
    remove: async () => {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function said(server: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`redis-server ended:\n${output}`)));
    server.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes(words)) resolve();
    });
  });
}

async function freePort(): Promise<number> {
  const start = PORT_MIN + Math.floor(Math.random() * (PORT_MAX - PORT_MIN));
  for (let port = start; port <= PORT_MAX; port += 1) {
    if (await isFree(port)) return port;
  }
  throw new Error('no free port');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
