/** Connections to Redis: how they fail, retry and say so. */
import type { Logger } from '@manyline/kernel';
import { Redis, type RedisOptions } from 'ioredis';
import { restoreFastStringMethods } from './fast-string-methods.ts';

/** A command that Redis has not answered by then is rejected. */
const COMMAND_TIMEOUT_MS = 5000;

const retryStrategy = (attempt: number) => Math.min(50 * 2 ** Math.min(attempt, 10), 1000);

/** For commands: while Redis is away each one is rejected at once, none is queued or sent twice. */
export const failFast: RedisOptions = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  commandTimeout: COMMAND_TIMEOUT_MS,
};

/** For subscriptions: the first connection may fail, then it waits for Redis to come back. */
export const resubscribing: RedisOptions = { lazyConnect: true, maxRetriesPerRequest: null };

/** For job consumers: waits for Redis from the start. Not lazy, since BullMQ gives up when a lazy first attempt fails. */
export const patient: RedisOptions = { maxRetriesPerRequest: null };

/** Makes a client. It logs the start and the end of an outage, not each attempt. */
export function createClient(redisUrl: string, options: RedisOptions, logger: Logger): Redis {
  restoreFastStringMethods();
  const client = new Redis(redisUrl, { connectTimeout: 5000, retryStrategy, ...options });
  let away = false;
  client.on('error', (error) => {
    if (away) return;
    away = true;
    logger.warn({ reason: error.message }, 'Redis is away');
  });
  client.on('ready', () => {
    if (away) logger.info('Redis is back');
    away = false;
  });
  return client;
}
