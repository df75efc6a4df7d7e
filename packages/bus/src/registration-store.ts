import type { Clock, Logger } from '@manyline/kernel';
import type { Registration } from '@manyline/pbx';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';
import { type LuaScript, loadScript } from './lua-script.ts';
import { runCommand, runPipeline } from './run-pipeline.ts';
import { WriteBehind } from './write-behind.ts';

/** A tenant's hash goes a week after its last change; no registration lasts as long. */
const HASH_LIFETIME_SECONDS = 7 * 24 * 3600;
/** Refreshes are most of what phones send; so long they wait for company. */
const REFRESH_DELAY_MS = 1000;

export type RegistrationChange =
  /** `isRefresh`: Redis has the registration, only its expiry and the order of its requests moved on. */
  | { readonly type: 'put'; readonly registration: Registration; readonly isRefresh?: boolean }
  | { readonly type: 'remove'; readonly tenantId: string; readonly registrationId: string };

/** The registrations of all tenants in Redis. The SIP worker that owns a tenant writes, everyone may read. */
export class RegistrationStore {
  readonly #redis: Redis;
  readonly #clock: Clock;
  readonly #writes: WriteBehind<RegistrationChange>;
  readonly #removeExpired: LuaScript;

  constructor(redis: Redis, clock: Clock, logger: Logger) {
    this.#redis = redis;
    this.#clock = clock;
    this.#writes = new WriteBehind(clock, logger, (changes) => this.#write(changes));
    this.#removeExpired = loadScript('remove-expired-registrations', 1);
  }

  /** Changes that are not yet in Redis. */
  get pending(): number {
    return this.#writes.size;
  }

  /**
   * Takes a change that is written with others within 20 ms, a refresh within 1 s, and again until it succeeds; never
   * fails. A refresh may wait: were it lost in a crash, the registration would only end as if it had not been refreshed.
   */
  enqueue(change: RegistrationChange): void {
    if (change.type === 'put') {
      const { tenantId, id } = change.registration;
      this.#writes.enqueue(`${tenantId}/${id}`, change, change.isRefresh === true ? REFRESH_DELAY_MS : undefined);
    } else this.#writes.enqueue(`${change.tenantId}/${change.registrationId}`, change);
  }

  /** Writes everything enqueued now. Throws BusUnavailableError; the changes stay enqueued then. */
  flush(): Promise<void> {
    return this.#writes.flush();
  }

  /** Adds or replaces registrations by id. Throws BusUnavailableError; they stay enqueued then. */
  put(registrations: readonly Registration[]): Promise<void> {
    for (const registration of registrations) this.enqueue({ type: 'put', registration });
    return this.flush();
  }

  /** Removes one registration; an unknown id is no error. Throws BusUnavailableError; it stays enqueued then. */
  remove(tenantId: string, registrationId: string): Promise<void> {
    this.enqueue({ type: 'remove', tenantId, registrationId });
    return this.flush();
  }

  /** A tenant's registrations that have not expired, in no order. Throws BusUnavailableError. */
  async listTenant(tenantId: string): Promise<Registration[]> {
    const now = this.#clock.now();
    const values = await runCommand(this.#redis.hvals(keys.registrations(tenantId)));
    const all = values.map((value) => JSON.parse(value) as Registration);
    const current = all.filter((registration) => registration.expiresAt > now);
    if (current.length < all.length) {
      await runCommand(this.#removeExpired(this.#redis, [keys.registrations(tenantId)], [now]));
    }
    return current;
  }

  close(): Promise<void> {
    return this.#writes.close();
  }

  async #write(changes: RegistrationChange[]): Promise<void> {
    const puts = new Map<string, Map<string, string>>();
    const removes = new Map<string, string[]>();
    for (const change of changes) {
      if (change.type === 'put') {
        const { tenantId, id } = change.registration;
        puts.getOrInsertComputed(tenantId, () => new Map()).set(id, JSON.stringify(change.registration));
      } else {
        removes.getOrInsertComputed(change.tenantId, () => []).push(change.registrationId);
      }
    }
    const pipeline = this.#redis.pipeline();
    for (const [tenantId, values] of puts) {
      pipeline.hset(keys.registrations(tenantId), values);
      pipeline.expire(keys.registrations(tenantId), HASH_LIFETIME_SECONDS);
    }
    for (const [tenantId, ids] of removes) pipeline.hdel(keys.registrations(tenantId), ...ids);
    await runPipeline(pipeline);
  }
}
