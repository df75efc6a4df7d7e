import fastifyRateLimit, {
  type FastifyRateLimitStore,
  normalizeIP,
  type RateLimitPluginOptions,
} from '@fastify/rate-limit';
import type { Bus } from '@manyline/bus';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from '../api-error.ts';

/** Counts in Redis, so that all API processes share the count. */
function redisStore(bus: Bus) {
  return class RedisRateLimitStore implements FastifyRateLimitStore {
    incr(
      key: string,
      done: (error: Error | null, result?: { current: number; ttl: number }) => void,
      windowMs = 0,
    ): void {
      bus.requestCounter.count(key, windowMs).then(
        ({ count, remainingMs }) => done(null, { current: count, ttl: remainingMs }),
        (error) => done(error),
      );
    }

    /** Keys are told apart by what their generators put in front, so that routes may share a count. */
    child(): RedisRateLimitStore {
      return this;
    }
  };
}

export interface RateLimit {
  /** What is counted: the first part of the key. */
  readonly name: string;
  readonly max: number;
  readonly windowMs: number;
  /** Who is counted. */
  readonly key: (request: FastifyRequest) => string;
  /** `preHandler` counts only requests that are well-formed. */
  readonly hook: 'onRequest' | 'preHandler';
}

/** The caller's address; an IPv6 caller is its /64. */
export function addressOf(request: FastifyRequest): string {
  return normalizeIP(request.ip);
}

/** What a route's `config.rateLimit` takes. */
export function rateLimited({ name, max, windowMs, key, hook }: RateLimit) {
  return { max, timeWindow: windowMs, hook, keyGenerator: (request: FastifyRequest) => `${name}:${key(request)}` };
}

/** Limits every route of the scope, but for routes that have a limit of their own. */
export async function limitRate(app: FastifyInstance, bus: Bus, limit: RateLimit, skipOnError: boolean): Promise<void> {
  const options: RateLimitPluginOptions = {
    ...rateLimited(limit),
    global: true,
    // Without Redis nobody could be counted: what guards passwords then refuses, the rest goes on.
    skipOnError,
    store: redisStore(bus),
    addHeaders: { 'retry-after': false },
    errorResponseBuilder: (_request, { ttl }) =>
      new ApiError('rate_limited', 'Too many requests; try again later.', {
        retryAfterSeconds: Math.max(1, Math.ceil(ttl / 1000)),
      }),
  };
  await app.register(fastifyRateLimit, options);
}
