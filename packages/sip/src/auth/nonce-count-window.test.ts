import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NonceCountWindow } from './nonce-count-window.ts';

describe('NonceCountWindow', () => {
  it('accepts each count of a nonce once', () => {
    const counts = new NonceCountWindow({ nowMs: 0, slots: 16 });
    expect([1, 2, 2, 1, 3].map((nc) => counts.accept('n', nc, 10))).toEqual([
      'fresh',
      'fresh',
      'replay',
      'replay',
      'fresh',
    ]);
  });

  it('accepts counts out of order by up to 31, as UDP may deliver them', () => {
    const counts = new NonceCountWindow({ nowMs: 0, slots: 16 });
    expect([40, 9, 9, 8, 39, 40].map((nc) => counts.accept('n', nc, 10))).toEqual([
      'fresh',
      'fresh',
      'replay',
      'replay',
      'fresh',
      'replay',
    ]);
  });

  it('forgets the counts before a large gap', () => {
    const counts = new NonceCountWindow({ nowMs: 0, slots: 16 });
    expect([1, 2, 34, 33, 33, 2].map((nc) => counts.accept('n', nc, 10))).toEqual([
      'fresh',
      'fresh',
      'fresh',
      'fresh',
      'replay',
      'replay',
    ]);
  });

  it('refuses the count 0, and takes the largest', () => {
    const counts = new NonceCountWindow({ nowMs: 0, slots: 16 });
    expect(counts.accept('n', 0, 10)).toBe('replay');
    expect(counts.accept('n', 0xffffffff, 10)).toBe('fresh');
    expect(counts.accept('n', 0xffffffff, 10)).toBe('replay');
    expect(counts.accept('n', 0, 10)).toBe('replay');
  });

  it('never accepts a nonce again that another one has displaced', () => {
    const counts = new NonceCountWindow({ nowMs: 0, slots: 1 });
    expect(counts.accept('first', 1, 10)).toBe('fresh');
    expect(counts.accept('second', 1, 20)).toBe('fresh');
    expect(counts.accept('first', 2, 10)).toBe('stale');
    expect(counts.accept('second', 2, 20)).toBe('fresh');
    expect(counts.accept('third', 1, 30)).toBe('fresh');
    expect(counts.accept('second', 3, 20)).toBe('stale');
  });

  it('refuses nonces from before it was made, which a forgotten one may have seen', () => {
    const counts = new NonceCountWindow({ nowMs: 1000, slots: 16 });
    expect(counts.accept('n', 1, 999)).toBe('stale');
    expect(counts.accept('n', 1, 1000)).toBe('fresh');
  });

  it('accepts no pair of nonce and count twice, whatever comes in whatever order', () => {
    const use = fc.tuple(fc.nat(20), fc.integer({ min: 0, max: 70 }));
    const property = fc.property(fc.array(use, { maxLength: 300 }), fc.constantFrom(1, 4, 64), (uses, slots) => {
      const counts = new NonceCountWindow({ nowMs: 0, slots });
      const accepted = new Set<string>();
      for (const [nonce, nc] of uses) {
        if (counts.accept(`nonce-${nonce}`, nc, nonce) !== 'fresh') continue;
        expect(accepted.has(`${nonce}:${nc}`)).toBe(false);
        accepted.add(`${nonce}:${nc}`);
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('has a power of two of slots', () => {
    expect(() => new NonceCountWindow({ nowMs: 0, slots: 1000 })).toThrow(RangeError);
  });
});
