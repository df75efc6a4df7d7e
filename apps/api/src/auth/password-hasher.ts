import { hash, verify } from '@node-rs/argon2';
import { ApiError } from '../api-error.ts';

/** argon2id (the library's default algorithm) as OWASP advises: 19 MiB, two passes, one thread. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Hashing takes a core for some 20 ms; more at once would starve the rest of the process. */
const MOST_AT_ONCE = 2;
const MOST_WAITING = 100;

/** Hashes and verifies passwords, a few at a time. Throws ApiError `overloaded` when too many wait. */
export class PasswordHasher {
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  #decoy: Promise<string> | undefined;

  hash(password: string): Promise<string> {
    return this.#limited(() => hash(password, PARAMETERS));
  }

  /** `passwordHash` null, for an unknown account, takes as long and is never right. */
  async verify(passwordHash: string | null, password: string): Promise<boolean> {
    this.#decoy ??= this.hash('the password of nobody');
    const decoy = await this.#decoy;
    const right = await this.#limited(() => verify(passwordHash ?? decoy, password));
    return right && passwordHash !== null;
  }

  async #limited<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= MOST_AT_ONCE) {
      if (this.#waiting.length >= MOST_WAITING)
        throw new ApiError('overloaded', 'Too many log-ins at once; try again.');
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      // The place is handed on to the next in line, if there is one.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
