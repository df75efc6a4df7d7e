/** The BullMQ queue that carries call detail records from the SIP workers to the jobs process. */
import type { Logger } from '@manyline/kernel';
import type { CallDetailRecord } from '@manyline/pbx';
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { queuePrefix, queues } from './keys.ts';

interface CdrJob {
  records: CallDetailRecord[];
}

/** A failing job comes again after 1 s, 2 s, 4 s … at most 5 minutes, for as long as it fails. */
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 300_000;
/** In effect without end: a record is never given up. */
const ATTEMPTS = 1_000_000_000;
/** Adding a job fails after this time, whatever the connection does. */
const ADD_TIMEOUT_MS = 5000;

/** `client` must fail fast: then so does adding a job. It stays the caller's. */
export class CdrJobs {
  readonly #queue: Queue<CdrJob>;

  constructor(client: Redis, logger: Logger) {
    this.#queue = new Queue<CdrJob>(queues.cdr, {
      connection: client,
      prefix: queuePrefix,
      defaultJobOptions: {
        attempts: ATTEMPTS,
        backoff: { type: 'custom' },
        removeOnComplete: true,
        removeOnFail: false,
      },
    });
    this.#queue.on('error', (error) => logger.debug({ reason: error.message }, 'call record queue'));
  }

  /** Must resolve before `add`: BullMQ never recovers from an outage in its first moments. */
  async open(): Promise<void> {
    await this.#queue.waitUntilReady();
  }

  /** Resolves when Redis has the job. A timeout may still have added it: records are written idempotently by id. */
  async add(records: readonly CallDetailRecord[]): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('Redis did not take the job in time')), ADD_TIMEOUT_MS);
    });
    try {
      await Promise.race([this.#queue.add('cdr', { records: [...records] }), timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }
}

/** Running handlers get this long to end at close. */
const CLOSE_TIMEOUT_MS = 5000;

/** Hands jobs to a handler. `client` must wait for Redis (maxRetriesPerRequest null); the consumer disconnects it. */
export class CdrConsumer {
  readonly #client: Redis;
  readonly #worker: Worker<CdrJob>;
  #closing: Promise<void> | undefined;

  constructor(client: Redis, logger: Logger, handler: (records: CallDetailRecord[]) => Promise<void>) {
    this.#client = client;
    this.#worker = new Worker<CdrJob>(queues.cdr, (job) => handler(job.data.records), {
      connection: client,
      prefix: queuePrefix,
      concurrency: 4,
      maxStalledCount: ATTEMPTS,
      settings: {
        backoffStrategy: (attempts) => Math.min(FIRST_RETRY_MS * 2 ** Math.min(attempts - 1, 20), LONGEST_RETRY_MS),
      },
    });
    this.#worker.on('error', (error) => logger.debug({ reason: error.message }, 'call record consumer'));
    this.#worker.on('failed', (job, error) => {
      logger.warn({ jobId: job?.id, attempts: job?.attemptsMade, reason: error.message }, 'call records come again');
    });
  }

  /** Takes no more jobs, waits a few seconds for the running ones. A job that is cut short comes again. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const closed = this.#worker.close().catch(() => {});
    // A worker whose Redis is away would wait for it.
    const patience = this.#client.status === 'ready' ? CLOSE_TIMEOUT_MS : 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patience);
    });
    await Promise.race([closed, timeout]);
    clearTimeout(timer);
    this.#client.disconnect();
  }
}
