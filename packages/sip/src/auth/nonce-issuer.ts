import { createHmac, randomFillSync, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@manyline/kernel';

const VERSION = 1;
const TIME_AT = 1;
const RANDOM_AT = 7;
const MAC_AT = 17;
const LENGTH = 33;
const TEXT_LENGTH = 44;

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
  readonly #secret: Buffer;
  readonly #lifetimeMs: number;
  /** Random bytes are fetched many at a time: a system call per challenge is dear under a flood. */
  readonly #pool = Buffer.alloc(4096);
  #poolAt = 4096;

  constructor({ clock, secret, lifetimeSeconds = 300 }: NonceIssuerOptions) {
    this.#clock = clock;
    this.#secret = secret;
    this.#lifetimeMs = lifetimeSeconds * 1000;
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
    this.#mac(bytes, realm).copy(bytes, MAC_AT, 0, LENGTH - MAC_AT);
    return bytes.toString('base64url');
  }

  check(nonce: string, realm: string): 'valid' | 'stale' | 'foreign' {
    if (nonce.length !== TEXT_LENGTH) return 'foreign';
    const bytes = Buffer.from(nonce, 'base64url');
    // One spelling only: the decoder forgives other alphabets, the replay check must not see two nonces in one.
    if (bytes.length !== LENGTH || bytes[0] !== VERSION || bytes.toString('base64url') !== nonce) return 'foreign';
    const mac = this.#mac(bytes, realm).subarray(0, LENGTH - MAC_AT);
    if (!timingSafeEqual(mac, bytes.subarray(MAC_AT))) return 'foreign';
    return this.#clock.now() - bytes.readUIntBE(TIME_AT, 6) > this.#lifetimeMs ? 'stale' : 'valid';
  }

  /** When a nonce that passed `check` was issued, in ms since the epoch. */
  issuedAtMs(nonce: string): number {
    const bytes = Buffer.from(nonce, 'base64url');
    return bytes.length === LENGTH ? bytes.readUIntBE(TIME_AT, 6) : 0;
  }

  #mac(bytes: Buffer, realm: string): Buffer {
    return createHmac('sha256', this.#secret).update(bytes.subarray(0, MAC_AT)).update(realm, 'latin1').digest();
  }
}
