import type { Clock, Logger, Timer } from '@manyline/kernel';
import type { CallDetailRecord } from '@manyline/pbx';
import type { CdrSpool } from './cdr-spool.ts';
import { BusUnavailableError } from './errors.ts';

/** Records wait at most this long for company. */
const COLLECT_MS = 200;
/** When neither Redis nor the disk takes them, and between attempts to drain the spool. */
const RETRY_MS = 1000;
/** The most records in one job. */
const LARGEST_JOB = 500;

interface Waiting {
  readonly records: readonly CallDetailRecord[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface CdrProducerOptions {
  clock: Clock;
  logger: Logger;
  /** Puts one job into the queue; rejects when Redis is away. */
  addJob: (records: readonly CallDetailRecord[]) => Promise<void>;
  spool: CdrSpool | undefined;
}

/** Brings call detail records to the queue, or to the local spool while Redis is away. */
export class CdrProducer {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #addJob: (records: readonly CallDetailRecord[]) => Promise<void>;
  readonly #spool: CdrSpool | undefined;
  #waiting: Waiting[] = [];
  #timer: Timer | undefined;
  #drainTimer: Timer | undefined;
  /** Jobs, spool appends and drains happen one after the other. */
  #work: Promise<void> = Promise.resolve();
  #closed = false;

  constructor({ clock, logger, addJob, spool }: CdrProducerOptions) {
    this.#clock = clock;
    this.#logger = logger;
    this.#addJob = addJob;
    this.#spool = spool;
  }

  /**
   * Resolves when the records are durable: in Redis, or on the local disk. While neither takes them it goes on trying.
   * Rejects with BusUnavailableError only when the producer is closed before, or has no spool.
   */
  enqueue(records: readonly CallDetailRecord[]): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    if (this.#closed) return Promise.reject(new BusUnavailableError(new Error('closed')));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ records, resolve, reject });
      this.#arm(COLLECT_MS);
    });
  }

  /** Moves the spool into the queue; after an outage and at start. Never fails: what cannot be moved stays. */
  drainSpool(): Promise<void> {
    this.#work = this.#work.then(() => this.#drain());
    return this.#work;
  }

  /** One last attempt for what waits; what neither Redis nor the disk takes is rejected. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer?.cancel();
    this.#drainTimer?.cancel();
    await this.#deliverWaiting();
  }

  #arm(delayMs: number): void {
    if (this.#timer !== undefined || this.#closed) return;
    this.#timer = this.#clock.after(delayMs, () => {
      this.#timer = undefined;
      void this.#deliverWaiting();
    });
  }

  #deliverWaiting(): Promise<void> {
    this.#work = this.#work.then(() => this.#deliver());
    return this.#work;
  }

  async #deliver(): Promise<void> {
    const batch = this.#waiting;
    if (batch.length === 0) return;
    this.#waiting = [];
    const records = batch.flatMap((waiting) => waiting.records);
    try {
      await this.#keep(records);
      for (const waiting of batch) waiting.resolve();
    } catch (error) {
      if (this.#closed || this.#spool === undefined) {
        for (const waiting of batch) waiting.reject(new BusUnavailableError(error));
        return;
      }
      this.#logger.error({ reason: String(error), records: records.length }, 'call records wait: no Redis and no disk');
      this.#waiting = [...batch, ...this.#waiting];
      this.#arm(RETRY_MS);
    }
  }

  async #keep(records: readonly CallDetailRecord[]): Promise<void> {
    for (let start = 0; start < records.length; start += LARGEST_JOB) {
      const part = records.slice(start, start + LARGEST_JOB);
      try {
        await this.#addJob(part);
      } catch (error) {
        if (this.#spool === undefined) throw error;
        await this.#spool.append(records.slice(start));
        this.#logger.warn({ records: records.length - start }, 'call records kept on the local disk');
        this.#armDrain();
        return;
      }
    }
  }

  async #drain(): Promise<void> {
    if (this.#spool === undefined || this.#closed) return;
    try {
      const { records, broken } = await this.#spool.drain(async (spooled) => {
        for (let start = 0; start < spooled.length; start += LARGEST_JOB) {
          await this.#addJob(spooled.slice(start, start + LARGEST_JOB));
        }
      });
      if (records > 0) this.#logger.info({ records }, 'call records moved from the local disk to the queue');
      if (broken > 0) this.#logger.warn({ lines: broken }, 'incomplete lines in the spool of call records');
    } catch (error) {
      this.#logger.debug({ reason: String(error) }, 'the spool of call records cannot be moved yet');
      this.#armDrain();
    }
  }

  #armDrain(): void {
    if (this.#drainTimer !== undefined || this.#closed) return;
    this.#drainTimer = this.#clock.after(RETRY_MS, () => {
      this.#drainTimer = undefined;
      void this.drainSpool();
    });
  }
}
