import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { ManylineError } from '@manyline/kernel';

/** First byte of every sealed value: the format, so that it can change one day. */
const FORMAT = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/** A sealed value was made with another key, for another place, or was changed. */
export class SealError extends ManylineError {
  constructor(problem: string) {
    super({ code: 'seal_broken', publicMessage: `a sealed secret cannot be opened: ${problem}` });
  }
}

/**
 * Seals secrets that must be stored with AES-256-GCM. `context` (tenant id, row id) is authenticated but not stored:
 * a sealed value that is moved to another row or tenant does not open.
 */
export class Sealer {
  readonly #key: Buffer;

  /** `key`: 32 bytes, or their base64 (the variable SEALING_KEY). */
  constructor(key: Buffer | string) {
    this.#key = typeof key === 'string' ? Buffer.from(key, 'base64') : key;
    if (this.#key.length !== 32) {
      throw new ManylineError({ code: 'sealing_key_invalid', publicMessage: 'SEALING_KEY must be 32 bytes in base64' });
    }
  }

  /** Gives back format (1 byte), nonce (12), tag (16), ciphertext. */
  seal(plain: Buffer, context: readonly string[]): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(contextBytes(context));
    const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([Buffer.of(FORMAT), nonce, cipher.getAuthTag(), ciphertext]);
  }

  /** Throws SealError when the value was not sealed with this key for this context. */
  open(sealed: Uint8Array, context: readonly string[]): Buffer {
    if (sealed.length < HEADER_BYTES || sealed[0] !== FORMAT) throw new SealError('its format is unknown');
    const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(1, 1 + NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(contextBytes(context));
    decipher.setAuthTag(sealed.subarray(1 + NONCE_BYTES, HEADER_BYTES));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(HEADER_BYTES)), decipher.final()]);
    } catch {
      throw new SealError('SEALING_KEY is not the one that sealed it, or it was changed');
    }
  }
}

function contextBytes(context: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(context), 'utf8');
}
