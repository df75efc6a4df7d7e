import { randomFillSync } from 'node:crypto';

/** RFC 3261 §8.1.1.7: a branch that begins so is unique for its transaction. */
export const MAGIC_COOKIE = 'z9hG4bK';

const BRANCH_BYTES = 12;
const pool = Buffer.alloc(BRANCH_BYTES * 256);
let used = pool.length;

/** A new branch with 96 random bits, so that nobody off the path can answer in the place of the server. */
export function newBranch(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += BRANCH_BYTES;
  return MAGIC_COOKIE + pool.toString('hex', used - BRANCH_BYTES, used);
}
