import type { Logger } from '@manyline/kernel';
import type { Metrics } from '@manyline/telemetry';
import type { FastifyInstance } from 'fastify';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Counts and logs every answer. A route is its pattern and a query is left out: no ids, no secrets. */
export function observeRequests(app: FastifyInstance, metrics: Metrics, logger: Logger): void {
  const duration = metrics.histogram(
    'manyline_http_request_duration_seconds',
    'HTTP requests by method, route and status.',
    ['method', 'route', 'status'],
    SECONDS,
  );
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    const { method } = request;
    duration.observe({ method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
    const milliseconds = Math.round(reply.elapsedTime);
    logger.info({ requestId: request.id, method, route, status: reply.statusCode, milliseconds }, 'request');
  });
}
