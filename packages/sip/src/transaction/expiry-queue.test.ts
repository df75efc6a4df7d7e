import { FakeClock } from '@manyline/testkit';
import { describe, expect, it } from 'vitest';
import { ExpiryQueue } from './expiry-queue.ts';

describe('ExpiryQueue', () => {
  it('lets each entry expire after the duration, at most one tick later, in order', () => {
    const clock = new FakeClock();
    const queue = new ExpiryQueue(clock, 3200);
    const start = clock.now();
    const expiries: { name: number; age: number }[] = [];
    for (let added = 0; added < 500; added += 10) {
      queue.add({ expire: () => expiries.push({ name: added, age: clock.now() - start - added }) });
      clock.advance(10);
    }
    clock.advance(4000);
    expect(expiries.map((expiry) => expiry.name)).toEqual(Array.from({ length: 50 }, (_, index) => index * 10));
    for (const { age } of expiries) {
      expect(age).toBeGreaterThanOrEqual(3200);
      expect(age).toBeLessThanOrEqual(3300);
    }
  });

  it('uses one timer for any number of entries and none when it is empty', () => {
    const clock = new FakeClock();
    const queue = new ExpiryQueue(clock, 3200);
    for (let count = 0; count < 1000; count += 1) queue.add({ expire() {} });
    expect(clock.pendingTimers).toBe(1);
    expect(queue.size).toBe(1000);
    clock.advance(3300);
    expect(queue.size).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('takes entries that are added while others expire', () => {
    const clock = new FakeClock();
    const queue = new ExpiryQueue(clock, 3200);
    let second = false;
    queue.add({
      expire: () =>
        queue.add({
          expire: () => {
            second = true;
          },
        }),
    });
    clock.advance(3300);
    expect(queue.size).toBe(1);
    clock.advance(3300);
    expect(second).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  it('forgets what waits when it is closed', () => {
    const clock = new FakeClock();
    const queue = new ExpiryQueue(clock, 3200);
    let expired = 0;
    queue.add({ expire: () => (expired += 1) });
    queue.close();
    clock.advance(10_000);
    expect(expired).toBe(0);
    queue.add({ expire: () => (expired += 1) });
    clock.advance(3300);
    expect(expired).toBe(1);
  });
});
