import { tenant, tenantPatch } from '@manyline/contract';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { ApiContext } from '../api-context.ts';
import { principalOf } from '../auth/authenticate.ts';
import { documentedProblems } from '../http/documented-problems.ts';
import { entityTag } from '../http/entity-tag.ts';
import { patchTenant, readTenant } from './tenant-service.ts';

const tags = ['Tenant'];

export function tenantRoutes(context: ApiContext): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/v1/tenant',
      {
        config: { permission: 'tenant:read' },
        schema: {
          tags,
          summary: 'The company that the token belongs to',
          response: { 200: tenant, ...documentedProblems('unauthenticated', 'tenant_suspended', 'rate_limited') },
        },
      },
      async (request, reply) => {
        const found = await readTenant(context, principalOf(request).tenantId);
        return reply.header('etag', entityTag(found.version)).send(found);
      },
    );

    app.patch(
      '/v1/tenant',
      {
        config: { permission: 'tenant:write' },
        schema: {
          tags,
          summary: 'Change the company’s settings',
          consumes: ['application/json', 'application/merge-patch+json'],
          body: tenantPatch,
          response: {
            200: tenant,
            ...documentedProblems(
              'validation_failed',
              'unauthenticated',
              'forbidden',
              'precondition_failed',
              'unknown_reference',
              'rate_limited',
            ),
          },
        },
      },
      async (request, reply) => {
        const { tenantId } = principalOf(request);
        const changed = await patchTenant(context, tenantId, request.body, request.headers['if-match']);
        return reply.header('etag', entityTag(changed.version)).send(changed);
      },
    );
  };
}
