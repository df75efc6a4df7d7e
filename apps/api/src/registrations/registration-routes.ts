import { pageQuery, registration, registrationList } from '@manyline/contract';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import { principalOf } from '../auth/authenticate.ts';
import { documentedProblems } from '../http/documented-problems.ts';
import { objectIdParams } from '../http/object-id.ts';
import { listRegistrations, readRegistration, removeRegistration } from './registration-service.ts';

const tags = ['Registrations'];

export function registrationRoutes(context: ApiContext): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/v1/registrations',
      {
        config: { permission: 'registrations:read' },
        schema: {
          tags,
          summary: 'The phones that are registered now, by number',
          querystring: pageQuery,
          response: {
            200: registrationList,
            ...documentedProblems('validation_failed', 'unauthenticated', 'rate_limited', 'bus_unavailable'),
          },
        },
      },
      async (request) =>
        listRegistrations(context, principalOf(request).tenantId, request.query.limit, request.query.cursor),
    );

    app.get(
      '/v1/registrations/:id',
      {
        config: { permission: 'registrations:read' },
        schema: {
          tags,
          summary: 'A registered phone',
          params: objectIdParams,
          response: {
            200: registration,
            ...documentedProblems('unauthenticated', 'not_found', 'rate_limited', 'bus_unavailable'),
          },
        },
      },
      async (request) => readRegistration(context, principalOf(request).tenantId, request.params.id),
    );

    app.delete(
      '/v1/registrations/:id',
      {
        config: { permission: 'registrations:write' },
        schema: {
          tags,
          summary: 'Forget a registered phone',
          description: 'The phone may register again.',
          params: objectIdParams,
          response: {
            204: z.null(),
            ...documentedProblems('unauthenticated', 'forbidden', 'not_found', 'rate_limited', 'bus_unavailable'),
          },
        },
      },
      async (request, reply) => {
        await removeRegistration(context, principalOf(request).tenantId, request.params.id);
        return reply.code(204).send(null);
      },
    );
  };
}
