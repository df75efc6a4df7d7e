import { randomBytes } from 'node:crypto';

const POOL_BYTES = 4096;
const TAG_BYTES = 8;

let pool = Buffer.alloc(0);
let used = 0;

/** A new From or To tag: 64 random bits in hex (RFC 3261 §19.3 asks for at least 32). */
export function newTag(): string {
  if (used + TAG_BYTES > pool.length) {
    pool = randomBytes(POOL_BYTES);
    used = 0;
  }
  used += TAG_BYTES;
  return pool.toString('hex', used - TAG_BYTES, used);
}
