import type { Clock } from '@manyline/kernel';
import type { Redis } from 'ioredis';
import { answerInTime } from './answer-in-time.ts';
import { keys } from './keys.ts';
import { type LuaScript, loadScript } from './lua-script.ts';
import { runCommand } from './run-pipeline.ts';

/** Whoever is counted waits for the count before anything else is done for them. */
const ANSWER_LIMIT_MS = 1000;

export interface RequestCount {
  /** Requests in this window, the counted one among them. */
  readonly count: number;
  /** Milliseconds until the count begins anew. */
  readonly remainingMs: number;
}

/** Counts the requests of callers for rate limits; all processes share the counts. */
export class RequestCounter {
  readonly #redis: Redis;
  readonly #clock: Clock;
  readonly #countRequest: LuaScript;

  constructor(redis: Redis, clock: Clock) {
    this.#redis = redis;
    this.#clock = clock;
    this.#countRequest = loadScript('count-request', 1);
  }

  /**
   * Counts one request of `caller`, a text that says who and what is counted. Throws BusUnavailableError, also when
   * Redis has not answered within a second; the request may be counted all the same then.
   */
  async count(caller: string, windowMs: number): Promise<RequestCount> {
    const reply = runCommand(this.#countRequest(this.#redis, [keys.requestCount(caller)], [windowMs]));
    const [count, remainingMs] = (await answerInTime(this.#clock, ANSWER_LIMIT_MS, reply)) as [number, number];
    return { count, remainingMs };
  }
}
