/**
 * Remembers which nonce counts were used, so that captured credentials cannot be sent again (RFC 7616 §3.4.5 `nc`).
 *
 * Fixed memory: a direct-mapped table by a hash of the nonce. A nonce whose slot another one has taken is `stale`
 * from then on, never accepted again: the slot remembers the issue time of the youngest nonce that it lost, and all up
 * to that time are refused, as are all from before the table was made. The client just gets a fresh challenge.
 * Within a nonce, counts may arrive out of order by up to 31 (UDP). Call it only after a right response, so that a
 * stranger can write nothing.
 */
export class NonceCountWindow {
  readonly #mask: number;
  /** Two hashes of the nonce in the slot; 0, 0 when it is free. */
  readonly #marks: Uint32Array;
  readonly #otherMarks: Uint32Array;
  readonly #issuedAtMs: Float64Array;
  /** The issue time up to which a nonce that is not in the slot is refused. */
  readonly #lostUpToMs: Float64Array;
  readonly #highestCounts: Uint32Array;
  /** Bit n: the count `highest - n` was used. */
  readonly #usedBits: Uint32Array;

  /**
   * `nowMs`: the current time; nonces from before it are stale, since a forgotten window may have seen them.
   * `slots`: a power of two; 32 bytes each.
   */
  constructor({ nowMs, slots = 2 ** 18 }: { nowMs: number; slots?: number }) {
    if (slots < 1 || !Number.isInteger(Math.log2(slots)))
      throw new RangeError(`slots must be a power of two: ${slots}`);
    this.#mask = slots - 1;
    this.#marks = new Uint32Array(slots);
    this.#otherMarks = new Uint32Array(slots);
    this.#issuedAtMs = new Float64Array(slots);
    this.#lostUpToMs = new Float64Array(slots).fill(nowMs - 1);
    this.#highestCounts = new Uint32Array(slots);
    this.#usedBits = new Uint32Array(slots);
  }

  /** `fresh`: accept, and remember. `replay`: this count was used. `stale`: challenge again with `stale=true`. */
  accept(nonce: string, nonceCount: number, issuedAtMs: number): 'fresh' | 'replay' | 'stale' {
    const mark = hashOf(nonce, 0x811c9dc5);
    const otherMark = hashOf(nonce, 0x1b873593) | 1;
    const slot = mark & this.#mask;
    if (this.#marks[slot] !== mark || this.#otherMarks[slot] !== otherMark >>> 0) {
      if (issuedAtMs <= this.#lostUpToMs[slot]!) return 'stale';
      if (nonceCount < 1) return 'replay';
      this.#take(slot, mark, otherMark, issuedAtMs);
    }
    return this.#count(slot, nonceCount);
  }

  #take(slot: number, mark: number, otherMark: number, issuedAtMs: number): void {
    if (this.#otherMarks[slot] !== 0) {
      this.#lostUpToMs[slot] = Math.max(this.#lostUpToMs[slot]!, this.#issuedAtMs[slot]!);
    }
    this.#marks[slot] = mark;
    this.#otherMarks[slot] = otherMark;
    this.#issuedAtMs[slot] = issuedAtMs;
    this.#highestCounts[slot] = 0;
    this.#usedBits[slot] = 1;
  }

  #count(slot: number, nonceCount: number): 'fresh' | 'replay' {
    const highest = this.#highestCounts[slot]!;
    if (nonceCount > highest) {
      const shift = nonceCount - highest;
      this.#usedBits[slot] = shift > 31 ? 1 : (this.#usedBits[slot]! << shift) | 1;
      this.#highestCounts[slot] = nonceCount;
      return 'fresh';
    }
    const behind = highest - nonceCount;
    if (nonceCount < 1 || behind > 31 || (this.#usedBits[slot]! & (1 << behind)) !== 0) return 'replay';
    this.#usedBits[slot] = this.#usedBits[slot]! | (1 << behind);
    return 'fresh';
  }
}

/** FNV-1a with a final mix; the nonces end in a MAC, so nobody can aim at a slot. */
function hashOf(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) >>> 0;
}
