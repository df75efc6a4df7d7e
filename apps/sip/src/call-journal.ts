import type { Bus } from '@manyline/bus';
import { type CallObserver, recordOfLostCall } from '@manyline/calls';
import type { Clock, Logger, Timer } from '@manyline/kernel';
import type { CallDetailRecord, LiveCall } from '@manyline/pbx';

const HEARTBEAT_MS = 5_000;

export interface CallJournalOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly workerId: string;
  readonly onEnded: (record: CallDetailRecord) => void;
}

/**
 * Sees to it that every call has its record: calls in progress stand in Redis, an ended one's record is made durable
 * before it leaves there, and what a dead worker left behind gets its record at the next start.
 */
export class CallJournal implements CallObserver {
  readonly #options: CallJournalOptions;
  readonly #pending = new Set<Promise<void>>();
  #timer: Timer | undefined;

  constructor(options: CallJournalOptions) {
    this.#options = options;
  }

  /** Writes the records of the calls that an earlier life of this worker left; to be called before the first call. */
  async recover(): Promise<void> {
    const { bus, workerId, logger } = this.#options;
    const orphans = await bus.liveCalls.takeOrphans(workerId);
    if (orphans.length > 0) {
      logger.warn({ calls: orphans.length }, 'writing the records of calls that the last stop cut');
      await bus.enqueueCdrs(orphans.map(({ call, lastSeenAt }) => recordOfLostCall(call, lastSeenAt)));
      await bus.liveCalls.settleOrphans(
        workerId,
        orphans.map(({ call }) => call),
      );
    }
    await bus.liveCalls.heartbeat(workerId);
    this.#armHeartbeat();
  }

  #armHeartbeat(): void {
    const { bus, clock, logger, workerId } = this.#options;
    this.#timer = clock.after(HEARTBEAT_MS, () => {
      bus.liveCalls
        .heartbeat(workerId)
        .catch((error: unknown) => logger.warn({ err: error }, 'no sign of life written'));
      this.#armHeartbeat();
    });
  }

  started(call: LiveCall): void {
    this.#options.bus.liveCalls.enqueue({ type: 'put', call });
  }

  answered(call: LiveCall): void {
    this.#options.bus.liveCalls.enqueue({ type: 'put', call });
  }

  ended(record: CallDetailRecord): void {
    this.#options.onEnded(record);
    const written = this.#write(record).finally(() => this.#pending.delete(written));
    this.#pending.add(written);
  }

  async #write(record: CallDetailRecord): Promise<void> {
    const { bus, logger } = this.#options;
    try {
      await bus.enqueueCdrs([record]);
      bus.liveCalls.enqueue({ type: 'remove', tenantId: record.tenantId, callId: record.id });
    } catch (error) {
      // The call stays among the live ones, so its record is written at the next start.
      logger.error({ err: error, record }, 'a call detail record could not be stored');
    }
  }

  /** Resolves when every record so far is durable. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    await Promise.all(this.#pending);
  }
}
