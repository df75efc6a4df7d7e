import { FakeClock } from '@manyline/testkit';
import { describe, expect, it } from 'vitest';
import { PortPool } from './port-pool.ts';

function takeAll(pool: PortPool): number[] {
  const ports: number[] = [];
  for (let port = pool.take(); port !== undefined; port = pool.take()) ports.push(port);
  return ports;
}

describe('PortPool', () => {
  it('hands out each even port whose odd neighbour is in the range too, once', () => {
    const pool = new PortPool({ clock: new FakeClock(), min: 30_001, max: 30_010 });

    expect(takeAll(pool).sort()).toEqual([30_002, 30_004, 30_006, 30_008]);
    expect(pool.take()).toBeUndefined();
  });

  it('chooses at random', () => {
    const pool = new PortPool({ clock: new FakeClock(), min: 30_000, max: 30_009, random: () => 0.5 });

    expect(pool.take()).toBe(30_004);
  });

  it('gives a port out again 30 s after its return, not earlier', () => {
    const clock = new FakeClock();
    const pool = new PortPool({ clock, min: 30_000, max: 30_001 });
    const port = pool.take()!;
    pool.giveBack(port, true);

    clock.advance(29_999);
    expect(pool.take()).toBeUndefined();
    clock.advance(1);
    expect(pool.take()).toBe(port);
  });

  it('Deviation: a port on which no packet ever came rests for 2 s', () => {
    const clock = new FakeClock();
    const pool = new PortPool({ clock, min: 30_000, max: 30_001 });
    pool.giveBack(pool.take()!, false);

    clock.advance(1_999);
    expect(pool.available).toBe(0);
    clock.advance(1);
    expect(pool.available).toBe(1);
  });

  it('shares a range between pools without overlap', () => {
    const clock = new FakeClock();
    const pools = [0, 1, 2].map(
      (index) => new PortPool({ clock, min: 30_000, max: 30_019, share: { index, count: 3 } }),
    );

    const ports = pools.flatMap(takeAll);
    expect(new Set(ports).size).toBe(10);
    expect(ports).toHaveLength(10);
  });

  it('survives many more returns than it has ports', () => {
    const clock = new FakeClock();
    const pool = new PortPool({ clock, min: 30_000, max: 30_003 });
    for (let round = 0; round < 5_000; round++) {
      pool.giveBack(pool.take()!, true);
      pool.giveBack(pool.take()!, false);
      clock.advance(30_000);
    }
    expect(takeAll(pool)).toHaveLength(2);
  });
});
