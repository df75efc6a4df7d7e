import { silentLogger, systemClock } from '@manyline/kernel';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WriteBehind } from './write-behind.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function writing(fails = () => false) {
  const batches: string[][] = [];
  const writes = new WriteBehind<string>(systemClock, silentLogger, async (changes) => {
    batches.push(changes);
    if (fails()) throw new Error('away');
  });
  return { writes, batches };
}

it('lets a patient change wait, and of several with one key writes the last', async () => {
  const { writes, batches } = writing();
  writes.enqueue('a', 'a1', 1000);
  await vi.advanceTimersByTimeAsync(500);
  writes.enqueue('a', 'a2', 1000);
  await vi.advanceTimersByTimeAsync(499);
  expect(batches).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(batches).toEqual([['a2']]);
});

it('writes a patient change together with an urgent one', async () => {
  const { writes, batches } = writing();
  writes.enqueue('a', 'a1', 1000);
  writes.enqueue('b', 'b1');
  await vi.advanceTimersByTimeAsync(20);
  expect(batches).toEqual([['a1', 'b1']]);
  await vi.advanceTimersByTimeAsync(2000);
  expect(batches).toHaveLength(1);
});

it('tries again once a second during an outage, however many changes come', async () => {
  let away = true;
  const { writes, batches } = writing(() => away);
  writes.enqueue('a', 'a1');
  await vi.advanceTimersByTimeAsync(20);
  for (let i = 0; i < 40; i++) {
    writes.enqueue('b', `b${i}`);
    await vi.advanceTimersByTimeAsync(20);
  }
  expect(batches).toEqual([['a1']]);
  away = false;
  await vi.advanceTimersByTimeAsync(200);
  expect(batches).toEqual([['a1'], ['a1', 'b39']]);
  expect(writes.size).toBe(0);
});
