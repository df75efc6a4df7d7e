import { type Clock, type Logger, systemClock } from '@manyline/kernel';
import type { CallDetailRecord } from '@manyline/pbx';
import type { Redis } from 'ioredis';
import { CdrProducer } from './cdr-producer.ts';
import { CdrConsumer, CdrJobs } from './cdr-queue.ts';
import { CdrSpool } from './cdr-spool.ts';
import { createClient, failFast, patient, resubscribing } from './connection.ts';
import { BusUnavailableError } from './errors.ts';
import { channels } from './keys.ts';
import { LiveCallStore } from './live-call-store.ts';
import type { Command, TenantChanged } from './messages.ts';
import { RegistrationStore } from './registration-store.ts';
import { RequestCounter } from './request-counter.ts';
import { runCommand } from './run-pipeline.ts';
import { Subscriptions } from './subscriptions.ts';

export interface BusOptions {
  redisUrl: string;
  logger: Logger;
  clock?: Clock;
  /** The worker that owns the live calls put here. */
  workerId?: string;
  /** File that keeps call detail records while Redis is away; its directory must exist. */
  spoolPath?: string;
}

/** Connects to Redis. Rejects with BusUnavailableError when it cannot be reached within a few seconds. */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const logger = options.logger.child({ part: 'bus' });
  const redis = createClient(options.redisUrl, failFast, logger);
  const subscriber = createClient(options.redisUrl, resubscribing, logger);
  const subscriptions = new Subscriptions(subscriber, logger);
  try {
    await redis.connect();
    await subscriptions.open();
    const jobs = new CdrJobs(redis, logger);
    await jobs.open();
    return new Bus({ redis, subscriber, subscriptions, jobs }, { ...options, logger });
  } catch (error) {
    redis.disconnect();
    subscriber.disconnect();
    throw new BusUnavailableError(error);
  }
}

interface Connections {
  readonly redis: Redis;
  readonly subscriber: Redis;
  readonly subscriptions: Subscriptions;
  readonly jobs: CdrJobs;
}

/**
 * What the processes share through Redis: messages, registrations, live calls, call detail records, counts of requests.
 * While Redis is away, commands reject at once with BusUnavailableError; nothing waits for it to come back
 * except what is enqueued.
 */
export class Bus {
  readonly registrations: RegistrationStore;
  readonly liveCalls: LiveCallStore;
  readonly requestCounter: RequestCounter;
  readonly #redis: Redis;
  readonly #subscriber: Redis;
  readonly #subscriptions: Subscriptions;
  readonly #jobs: CdrJobs;
  readonly #cdrs: CdrProducer;
  readonly #consumers: CdrConsumer[] = [];
  readonly #redisUrl: string;
  readonly #logger: Logger;
  #closing: Promise<void> | undefined;

  constructor({ redis, subscriber, subscriptions, jobs }: Connections, options: BusOptions) {
    const { logger, clock = systemClock, workerId = '1', spoolPath } = options;
    this.#redis = redis;
    this.#subscriber = subscriber;
    this.#subscriptions = subscriptions;
    this.#jobs = jobs;
    this.#redisUrl = options.redisUrl;
    this.#logger = logger;
    this.registrations = new RegistrationStore(redis, clock, logger);
    this.liveCalls = new LiveCallStore(redis, clock, logger, workerId);
    this.requestCounter = new RequestCounter(redis, clock);
    this.#cdrs = new CdrProducer({
      clock,
      logger,
      addJob: (records) => jobs.add(records),
      spool: spoolPath === undefined ? undefined : new CdrSpool(spoolPath),
    });
    redis.on('ready', () => void this.#cdrs.drainSpool());
    void this.#cdrs.drainSpool();
  }

  /** Resolves when Redis answers. Throws BusUnavailableError. */
  async ping(): Promise<void> {
    await runCommand(this.#redis.ping());
  }

  /** Tells every process that a tenant's configuration changed. Throws BusUnavailableError. */
  async publishTenantChanged(change: TenantChanged): Promise<void> {
    await runCommand(this.#redis.publish(channels.tenantChanged, JSON.stringify(change)));
  }

  /** Gives a function that stops listening. */
  onTenantChanged(listener: (change: TenantChanged) => void): () => void {
    return this.#subscriptions.on('tenantChanged', listener);
  }

  /** Throws BusUnavailableError. */
  async publishCommand(command: Command): Promise<void> {
    await runCommand(this.#redis.publish(channels.commands, JSON.stringify(command)));
  }

  onCommand(listener: (command: Command) => void): () => void {
    return this.#subscriptions.on('command', listener);
  }

  /** Redis was away and messages may have been missed: what is mirrored must be compared anew. */
  onResubscribed(listener: () => void): () => void {
    return this.#subscriptions.on('resubscribed', listener);
  }

  /**
   * Resolves when the records are durable, in Redis or in the spool file. Without a spool file it rejects
   * with BusUnavailableError while Redis is away.
   */
  enqueueCdrs(records: readonly CallDetailRecord[]): Promise<void> {
    return this.#cdrs.enqueue(records);
  }

  /**
   * Takes call detail records from the queue. A handler that rejects gets the same records again later;
   * they may also come twice: writing them must be idempotent by id.
   */
  consumeCdrs(handler: (records: CallDetailRecord[]) => Promise<void>): CdrConsumer {
    const client = createClient(this.#redisUrl, patient, this.#logger);
    const consumer = new CdrConsumer(client, this.#logger, handler);
    this.#consumers.push(consumer);
    return consumer;
  }

  /** Writes what is enqueued if Redis is there, waits for running jobs, then disconnects. May be called twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all(this.#consumers.map((consumer) => consumer.close()));
    await Promise.all([this.registrations.close(), this.liveCalls.close(), this.#cdrs.close()]);
    await this.#jobs.close().catch(() => {});
    this.#subscriptions.removeAllListeners();
    this.#subscriber.disconnect();
    this.#redis.disconnect();
  }
}
