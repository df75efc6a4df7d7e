import {
  type ChangedLocalUser,
  changedLocalUser,
  localUser,
  localUserList,
  localUserPatch,
  newLocalUser,
  pageQuery,
} from '@manyline/contract';
import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import { notFound } from '../api-error.ts';
import { principalOf } from '../auth/authenticate.ts';
import { documentedProblems } from '../http/documented-problems.ts';
import { entityTag } from '../http/entity-tag.ts';
import { isObjectId, objectIdParams } from '../http/object-id.ts';
import {
  type ChangedLocalUserRecord,
  createLocalUser,
  deleteLocalUser,
  listLocalUsers,
  patchLocalUser,
  readLocalUser,
} from './local-user-service.ts';
import { toLocalUser } from './local-user-view.ts';

const tags = ['Local users'];

export function localUserRoutes(context: ApiContext): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/v1/local-users',
      {
        config: { permission: 'local-users:read' },
        schema: {
          tags,
          summary: 'All phone accounts, by number',
          querystring: pageQuery,
          response: {
            200: localUserList,
            ...documentedProblems('validation_failed', 'unauthenticated', 'rate_limited'),
          },
        },
      },
      async (request) => {
        const { limit, cursor } = request.query;
        const page = await listLocalUsers(context, principalOf(request).tenantId, limit, cursor);
        return { ...page, items: page.items.map(toLocalUser) };
      },
    );

    app.post(
      '/v1/local-users',
      {
        config: { permission: 'local-users:write' },
        schema: {
          tags,
          summary: 'Make a phone account',
          body: newLocalUser,
          response: {
            201: changedLocalUser,
            ...documentedProblems(
              'validation_failed',
              'unauthenticated',
              'forbidden',
              'number_taken',
              'weak_password',
              'limit_reached',
              'unknown_reference',
              'rate_limited',
            ),
          },
        },
      },
      async (request, reply) => {
        const changed = await createLocalUser(context, principalOf(request).tenantId, request.body);
        reply.code(201).header('location', `/v1/local-users/${changed.record.id}`);
        return reply.send(toChangedLocalUser(reply, changed));
      },
    );

    app.get(
      '/v1/local-users/:id',
      {
        config: { permission: 'local-users:read' },
        schema: {
          tags,
          summary: 'A phone account',
          params: objectIdParams,
          response: { 200: localUser, ...documentedProblems('unauthenticated', 'not_found', 'rate_limited') },
        },
      },
      async (request, reply) => {
        const record = await readLocalUser(context, principalOf(request).tenantId, idOf(request.params));
        return reply.header('etag', entityTag(record.revision)).send(toLocalUser(record));
      },
    );

    app.patch(
      '/v1/local-users/:id',
      {
        config: { permission: 'local-users:write' },
        schema: {
          tags,
          summary: 'Change a phone account',
          description:
            'A new `number` needs a new password, since phones prove both together: send one, or one is generated and ' +
            'shown in the answer. `password: null` generates one too.',
          consumes: ['application/json', 'application/merge-patch+json'],
          params: objectIdParams,
          body: localUserPatch,
          response: {
            200: changedLocalUser,
            ...documentedProblems(
              'validation_failed',
              'unauthenticated',
              'forbidden',
              'not_found',
              'number_taken',
              'precondition_failed',
              'weak_password',
              'unknown_reference',
              'rate_limited',
            ),
          },
        },
      },
      async (request, reply) => {
        const { tenantId } = principalOf(request);
        const id = idOf(request.params);
        const changed = await patchLocalUser(context, tenantId, id, request.body, request.headers['if-match']);
        return reply.send(toChangedLocalUser(reply, changed));
      },
    );

    app.delete(
      '/v1/local-users/:id',
      {
        config: { permission: 'local-users:write' },
        schema: {
          tags,
          summary: 'Delete a phone account',
          params: objectIdParams,
          response: {
            204: z.null(),
            ...documentedProblems('unauthenticated', 'forbidden', 'not_found', 'precondition_failed', 'rate_limited'),
          },
        },
      },
      async (request, reply) => {
        const { tenantId } = principalOf(request);
        await deleteLocalUser(context, tenantId, idOf(request.params), request.headers['if-match']);
        return reply.code(204).send(null);
      },
    );
  };
}

function idOf({ id }: { id: string }): string {
  if (!isObjectId(id)) throw notFound('local user');
  return id;
}

/** The answer to a change; its headers are set on `reply`. A generated password is shown this once. */
function toChangedLocalUser(
  reply: FastifyReply,
  { record, generatedPassword }: ChangedLocalUserRecord,
): ChangedLocalUser {
  reply.header('etag', entityTag(record.revision));
  if (generatedPassword === undefined) return toLocalUser(record);
  reply.header('cache-control', 'no-store');
  return { ...toLocalUser(record), password: generatedPassword };
}
