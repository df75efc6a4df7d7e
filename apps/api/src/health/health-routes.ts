import { createHash, timingSafeEqual } from 'node:crypto';
import { health, type Readiness, readiness } from '@manyline/contract';
import { scrapeMetrics } from '@manyline/telemetry';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import { ApiError } from '../api-error.ts';
import { bearerToken } from '../auth/authenticate.ts';
import { documentedProblems } from '../http/documented-problems.ts';

/** A service that answers later than this counts as away. */
const CHECK_TIMEOUT_MS = 1500;
const tags = ['Service'];

export function healthRoutes(context: ApiContext): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/healthz',
      { schema: { tags, summary: 'Whether the process lives', response: { 200: health } } },
      async () => ({ status: 'ok' as const }),
    );

    app.get(
      '/readyz',
      {
        schema: {
          tags,
          summary: 'Whether requests can be served',
          response: { 200: readiness, 503: readiness },
        },
      },
      async (_request, reply) => {
        const checks = await checkServices(context);
        const ready = Object.values(checks).every((check) => check === 'ok');
        if (!ready) reply.header('retry-after', '2');
        return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'unavailable', checks });
      },
    );

    app.get(
      '/metrics',
      {
        schema: {
          tags,
          summary: 'The metrics of all processes, for Prometheus',
          description: 'In production it needs the platform administrator’s token.',
          response: {
            200: { description: 'Prometheus text', content: { 'text/plain': { schema: z.string() } } },
            ...documentedProblems('unauthenticated'),
          },
        },
      },
      async (request, reply) => {
        if (context.settings.production) assertPlatformAdmin(request, context.settings.platformAdminToken);
        reply.type('text/plain; version=0.0.4; charset=utf-8').serializer(String);
        return reply.send(await collectMetrics(context));
      },
    );
  };
}

async function checkServices({ database, bus }: ApiContext): Promise<Readiness['checks']> {
  const [databaseCheck, redis] = await Promise.all([inTime(database.ping()), inTime(bus.ping())]);
  return { database: databaseCheck, redis };
}

async function inTime(answer: Promise<unknown>): Promise<'ok' | 'failed'> {
  const { promise: tooLate, resolve } = Promise.withResolvers<'failed'>();
  const timer = setTimeout(() => resolve('failed'), CHECK_TIMEOUT_MS);
  const check = await Promise.race([
    answer.then(
      () => 'ok' as const,
      () => 'failed' as const,
    ),
    tooLate,
  ]);
  clearTimeout(timer);
  return check;
}

/** Without a directory of sockets there is this process alone. */
function collectMetrics({ settings, metrics }: ApiContext): Promise<string> {
  return settings.metricsSocketDir === undefined
    ? metrics.registry.metrics()
    : scrapeMetrics(settings.metricsSocketDir);
}

function assertPlatformAdmin(request: FastifyRequest, token: string | undefined): void {
  const given = bearerToken(request);
  if (token === undefined || !timingSafeEqual(digestOf(given), digestOf(token))) {
    throw new ApiError('unauthenticated', 'This needs the platform administrator’s token.');
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
