import { hash, randomFillSync } from 'node:crypto';
import type { Clock } from '@manyline/kernel';

const VERSION = 1;
const TIME_AT = 1;
const RANDOM_AT = 7;
const MAC_AT = 17;
const LENGTH = 33;
const TEXT_LENGTH = 44;
/** A domain name has at most 253 characters. */
const LONGEST_REALM = 255;
/** SHA-256's input block and output, in bytes. */
const BLOCK = 64;
const DIGEST = 32;

export interface NonceIssuerOptions {
  clock: Clock;
  /** At least 32 bytes, the same in every process that serves the tenant. */
  secret: Buffer;
  /** How long a nonce may be used, in seconds. */
  lifetimeSeconds?: number;
}

/**
 * Issues nonces that prove by themselves where and when they were made, so that a challenge costs no memory.
 * A nonce is base64url of: version (1 byte), time in ms (6), random (10), HMAC-SHA-256 over these and the realm,
 * cut to 128 bits (16).
 */
export class NonceIssuer {
  readonly #clock: Clock;
  readonly #lifetimeMs: number;
  /** The inputs of HMAC's two hashes (RFC 2104 §2), each behind its padded key; the rest is overwritten each time. */
  readonly #inner: Buffer;
  readonly #outer: Buffer;
  /** Random bytes are fetched many at a time: a system call per challenge is dear under a flood. */
  readonly #pool = Buffer.alloc(4096);
  #poolAt = 4096;

  constructor({ clock, secret, lifetimeSeconds = 300 }: NonceIssuerOptions) {
    this.#clock = clock;
    this.#lifetimeMs = lifetimeSeconds * 1000;
    const key = secret.length > BLOCK ? hash('sha256', secret, 'buffer') : secret;
    this.#inner = Buffer.alloc(BLOCK + MAC_AT + LONGEST_REALM);
    this.#outer = Buffer.alloc(BLOCK + DIGEST);
    for (let i = 0; i < BLOCK; i++) {
      this.#inner[i] = (key[i] ?? 0) ^ 0x36;
      this.#outer[i] = (key[i] ?? 0) ^ 0x5c;
    }
  }

  issue(realm: string): string {
    if (this.#poolAt + (MAC_AT - RANDOM_AT) > this.#pool.length) {
      randomFillSync(this.#pool);
      this.#poolAt = 0;
    }
    const bytes = Buffer.allocUnsafe(LENGTH);
    bytes[0] = VERSION;
    bytes.writeUIntBE(this.#clock.now(), TIME_AT, 6);
    this.#poolAt += this.#pool.copy(bytes, RANDOM_AT, this.#poolAt, this.#poolAt + (MAC_AT - RANDOM_AT));
    bytes.write(this.#mac(bytes, realm), MAC_AT, LENGTH - MAC_AT, 'latin1');
    return bytes.toString('base64url');
  }

  check(nonce: string, realm: string): 'valid' | 'stale' | 'foreign' {
    if (nonce.length !== TEXT_LENGTH) return 'foreign';
    const bytes = Buffer.from(nonce, 'base64url');
    // One spelling only: the decoder forgives other alphabets, the replay check must not see two nonces in one.
    if (bytes.length !== LENGTH || bytes[0] !== VERSION || bytes.toString('base64url') !== nonce) return 'foreign';
    const mac = this.#mac(bytes, realm);
    let difference = 0;
    for (let i = MAC_AT; i < LENGTH; i++) difference |= bytes[i]! ^ mac.charCodeAt(i - MAC_AT);
    if (difference !== 0) return 'foreign';
    return this.#clock.now() - bytes.readUIntBE(TIME_AT, 6) > this.#lifetimeMs ? 'stale' : 'valid';
  }

  /** When a nonce that passed `check` was issued, in ms since the epoch. */
  issuedAtMs(nonce: string): number {
    const bytes = Buffer.from(nonce, 'base64url');
    return bytes.length === LENGTH ? bytes.readUIntBE(TIME_AT, 6) : 0;
  }

  /** HMAC-SHA-256 as a byte text. Two hashes over prepared keys: building an Hmac object costs twice as much as its work. */
  #mac(bytes: Buffer, realm: string): string {
    if (realm.length > LONGEST_REALM) throw new RangeError('a realm is longer than a domain name');
    bytes.copy(this.#inner, BLOCK, 0, MAC_AT);
    const end = BLOCK + MAC_AT + this.#inner.write(realm, BLOCK + MAC_AT, 'latin1');
    this.#outer.write(hash('sha256', this.#inner.subarray(0, end), 'latin1'), BLOCK, 'latin1');
    return hash('sha256', this.#outer, 'latin1');
  }
}
