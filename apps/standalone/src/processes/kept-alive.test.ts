import { spawn } from 'node:child_process';
import { type Logger, silentLogger } from '@manyline/kernel';
import { describe, expect, it, onTestFinished } from 'vitest';
import { endChild, exitOf } from './child-exit.ts';
import { KeptAlive, type RunningPart, restartDelayMs } from './kept-alive.ts';

const noHurry = new AbortController().signal;

function startShell(script: string): RunningPart {
  const child = spawn('/bin/sh', ['-c', script], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = exitOf(child);
  const steps = [
    { signal: 'SIGTERM', patienceMs: 300 },
    { signal: 'SIGKILL', patienceMs: 5000 },
  ] as const;
  return { pid: child.pid ?? 0, exited, stop: (hurry) => endChild(child, exited, steps, hurry) };
}

function setup(script: (life: number) => string) {
  const lives: RunningPart[] = [];
  const givenUp: string[] = [];
  const stopping = new AbortController();
  const options = {
    name: 'part',
    logger: silentLogger,
    stopping: stopping.signal,
    onGivenUp: (message: string) => givenUp.push(message),
    start: async () => {
      const life = startShell(script(lives.length + 1));
      lives.push(life);
      return life;
    },
  };
  return { lives, givenUp, stopping, options };
}

describe('KeptAlive', () => {
  it('starts a process again when it dies', async () => {
    const { lives, givenUp, options } = setup((life) => (life < 3 ? 'exit 1' : 'exec sleep 60'));
    const part = await KeptAlive.start(options);
    await expect.poll(() => lives.length, { timeout: 5000 }).toBe(3);
    await part.stop(noHurry);
    expect(await lives[2]?.exited).toBe('signal SIGTERM');
    expect(lives).toHaveLength(3);
    expect(givenUp).toEqual([]);
  });

  it('gives up after five fast deaths in a row', async () => {
    const { lives, givenUp, options } = setup(() => 'exit 7');
    await KeptAlive.start(options);
    await expect
      .poll(() => givenUp, { timeout: 10_000 })
      .toEqual(['part ended 5 times in a row, at last with exit code 7']);
    expect(lives).toHaveLength(5);
  });

  it('goes on for ever when nobody wants it given up, and says each time that it died', async () => {
    const { lives, options } = setup(() => 'exit 7');
    const delays: unknown[] = [];
    const logger: Logger = {
      ...silentLogger,
      error: (fields: object | string) =>
        delays.push(typeof fields === 'object' && 'delayMs' in fields && fields.delayMs),
    };
    const part = await KeptAlive.start({ ...options, logger, onGivenUp: undefined });
    await expect.poll(() => lives.length, { timeout: 15_000 }).toBeGreaterThan(5);
    await part.stop(noHurry);
    expect(delays.slice(0, 5)).toEqual([100, 200, 400, 800, 1600]);
  });

  it('waits 30 s at most', () => {
    expect([1, 9, 10, 5000].map(restartDelayMs)).toEqual([100, 25_600, 30_000, 30_000]);
  });

  it('starts nothing again once the server stops', async () => {
    const { lives, stopping, options } = setup(() => 'exec sleep 60');
    const part = await KeptAlive.start(options);
    stopping.abort();
    process.kill(lives[0]?.pid ?? 0, 'SIGKILL');
    await part.stop(noHurry);
    expect(lives).toHaveLength(1);
  });

  it('kills what does not obey', async () => {
    const { lives, options } = setup(() => 'trap "" TERM; while :; do sleep 0.05; done');
    const part = await KeptAlive.start(options);
    await part.stop(noHurry);
    expect(await lives[0]?.exited).toMatch(/signal SIG(KILL|TERM)/);
  });

  it('rejects when the first start fails', async () => {
    const { options } = setup(() => 'exit 0');
    const start = () => Promise.reject(new Error('port 5060 is in use'));
    await expect(KeptAlive.start({ ...options, start })).rejects.toThrow('port 5060 is in use');
  });
});
