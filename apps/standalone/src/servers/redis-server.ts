import { spawn } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endChild, exitOf } from '../processes/child-exit.ts';
import { endLeftover } from '../processes/end-process.ts';
import type { RunningPart } from '../processes/kept-alive.ts';
import { fullDisk, StartError, tellsOfFullDisk } from '../start-error.ts';
import { ServerLog } from './server-log.ts';

export interface RedisServerOptions {
  readonly program: string;
  readonly folder: string;
  readonly port: number;
  readonly password: string;
  readonly logPath: string;
}

const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 25;
/** SIGTERM writes what is in memory to the disk. */
const ENDING = [
  { signal: 'SIGTERM', patienceMs: 20_000 },
  { signal: 'SIGKILL', patienceMs: 5000 },
] as const;

/** Ends a Redis that an earlier life of ours left running on `folder`. */
export async function endLeftoverRedis(folder: string): Promise<boolean> {
  const [pid, port] = await Promise.all(
    ['redis.pid', 'redis.port'].map(async (name) => Number(await readFile(join(folder, name), 'utf8').catch(() => ''))),
  );
  // Redis writes its port into its command line: `redis-server 127.0.0.1:46379`.
  const isOurs = (command: string) => /(redis|valkey)-server/.test(command) && command.includes(`127.0.0.1:${port}`);
  const ended = await endLeftover(pid ?? 0, isOurs, ENDING);
  await rm(join(folder, 'redis.pid'), { force: true });
  return ended;
}

/** Starts Redis on 127.0.0.1 and waits until it answers. Throws StartError with its own words. */
export async function startRedis(options: RedisServerOptions, signal: AbortSignal): Promise<RunningPart> {
  signal.throwIfAborted();
  const { program, folder, port, password, logPath } = options;
  await writeFile(join(folder, 'redis.port'), String(port));
  const log = await ServerLog.open(logPath);
  try {
    // Settings go through standard input: a command line would show the password.
    const child = spawn(program, ['-'], { detached: true, stdio: ['pipe', log.file.fd, log.file.fd] });
    const exited = exitOf(child);
    child.stdin?.on('error', () => {});
    child.stdin?.end(settings(folder, port, password));
    let ended = false;
    void exited.then(() => {
      ended = true;
    });
    const deadline = performance.now() + READY_TIMEOUT_MS;
    while (!(await answers(port, password))) {
      if (ended) throw await failure(folder, log);
      if (signal.aborted || performance.now() > deadline) {
        await endChild(child, exited, ENDING, AbortSignal.abort());
        signal.throwIfAborted();
        throw new StartError(`Redis was not ready within ${READY_TIMEOUT_MS / 1000} s`);
      }
      await sleep(POLL_MS);
    }
    return { pid: child.pid ?? 0, exited, stop: (hurry) => endChild(child, exited, ENDING, hurry) };
  } finally {
    await log.close();
  }
}

function settings(folder: string, port: number, password: string): string {
  const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir ${quoted(folder)}`,
    `pidfile ${quoted(join(folder, 'redis.pid'))}`,
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
    'daemonize no',
    '',
  ].join('\n');
}

async function failure(folder: string, log: ServerLog): Promise<StartError> {
  const words = await log.tail();
  if (tellsOfFullDisk(words)) return fullDisk(folder);
  return new StartError(`Redis does not start: ${await log.lastWords()}`);
}

/** Whether Redis takes commands: while it reads its file it answers -LOADING. */
function answers(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    let reply = '';
    socket.setTimeout(1000, () => socket.destroy());
    socket.once('error', () => {});
    socket.once('close', () => resolve(/^\+OK\r\n\+PONG/.test(reply)));
    socket.once('connect', () => socket.write(`AUTH ${password}\r\nPING\r\nQUIT\r\n`));
    socket.on('data', (chunk: Buffer) => {
      reply += chunk.toString('latin1');
    });
  });
}
