import type { Clock, Logger } from '@manyline/kernel';
import type { LiveCall } from '@manyline/pbx';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';
import { type LuaScript, loadScript } from './lua-script.ts';
import { runCommand, runPipeline } from './run-pipeline.ts';
import { WriteBehind } from './write-behind.ts';

/** A call that was in progress when its worker died. */
export interface OrphanedCall {
  readonly call: LiveCall;
  /** When the worker was last known to live, milliseconds since the epoch: the best known end of the call. */
  readonly lastSeenAt: number;
}

export type LiveCallChange =
  | { readonly type: 'put'; readonly call: LiveCall }
  | { readonly type: 'remove'; readonly tenantId: string; readonly callId: string };

/** The calls in progress of one worker, kept in Redis so that their records can be written after a crash. */
export class LiveCallStore {
  readonly #redis: Redis;
  readonly #clock: Clock;
  readonly #workerId: string;
  readonly #writes: WriteBehind<LiveCallChange>;
  readonly #takeOrphans: LuaScript;

  /** `workerId` owns the calls that are put here. */
  constructor(redis: Redis, clock: Clock, logger: Logger, workerId: string) {
    this.#redis = redis;
    this.#clock = clock;
    this.#workerId = workerId;
    this.#writes = new WriteBehind(clock, logger, (changes) => this.#write(changes));
    this.#takeOrphans = loadScript('take-orphans', 3);
  }

  /** Changes that are not yet in Redis. */
  get pending(): number {
    return this.#writes.size;
  }

  /** Takes a change that is written with others within 20 ms, and again until it succeeds; never fails. */
  enqueue(change: LiveCallChange): void {
    const id = change.type === 'put' ? change.call.id : change.callId;
    this.#writes.enqueue(id, change);
  }

  /** Writes everything enqueued now. Throws BusUnavailableError; the changes stay enqueued then. */
  flush(): Promise<void> {
    return this.#writes.flush();
  }

  /** Adds or replaces a call by `id`. Throws BusUnavailableError; it stays enqueued then. */
  put(call: LiveCall): Promise<void> {
    this.enqueue({ type: 'put', call });
    return this.flush();
  }

  /** Removes a call by `LiveCall.id`; an unknown one is no error. Throws BusUnavailableError; it stays enqueued then. */
  remove(tenantId: string, callId: string): Promise<void> {
    this.enqueue({ type: 'remove', tenantId, callId });
    return this.flush();
  }

  /** Says that a worker lives; every few seconds. Throws BusUnavailableError. */
  async heartbeat(workerId: string): Promise<void> {
    await runCommand(this.#redis.set(keys.workerAlive(workerId), this.#clock.now()));
  }

  /**
   * The calls that an earlier life of a worker left behind. Asked once at start, before the first heartbeat and the first call.
   * They are given again until `settleOrphans` says that their records are durable. Throws BusUnavailableError.
   */
  async takeOrphans(workerId: string): Promise<OrphanedCall[]> {
    const reply = await runCommand(
      this.#takeOrphans(
        this.#redis,
        [keys.workerCalls(workerId), keys.workerOrphans(workerId), keys.workerAlive(workerId)],
        [this.#clock.now()],
      ),
    );
    const values = (reply as string[]).filter((_, index) => index % 2 === 1);
    return values.map((value) => {
      const bar = value.indexOf('|');
      return { call: JSON.parse(value.slice(bar + 1)) as LiveCall, lastSeenAt: Number(value.slice(0, bar)) };
    });
  }

  /** Forgets orphans whose records are durable. Throws BusUnavailableError. */
  async settleOrphans(workerId: string, calls: readonly LiveCall[]): Promise<void> {
    if (calls.length === 0) return;
    await runCommand(this.#redis.hdel(keys.workerOrphans(workerId), ...calls.map((call) => call.id)));
  }

  close(): Promise<void> {
    return this.#writes.close();
  }

  async #write(changes: LiveCallChange[]): Promise<void> {
    const key = keys.workerCalls(this.#workerId);
    const puts: string[] = [];
    const removes: string[] = [];
    for (const change of changes) {
      if (change.type === 'put') puts.push(change.call.id, JSON.stringify(change.call));
      else removes.push(change.callId);
    }
    const pipeline = this.#redis.pipeline();
    if (puts.length > 0) pipeline.hset(key, ...puts);
    if (removes.length > 0) pipeline.hdel(key, ...removes);
    await runPipeline(pipeline);
  }
}
