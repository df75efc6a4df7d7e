import { callDetailRecord, callDetailRecordList, callDetailRecordQuery } from '@manyline/contract';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { ApiContext } from '../api-context.ts';
import { notFound } from '../api-error.ts';
import { principalOf } from '../auth/authenticate.ts';
import { documentedProblems } from '../http/documented-problems.ts';
import { isObjectId, objectIdParams } from '../http/object-id.ts';
import { listCdrs, readCdr } from './cdr-service.ts';

const tags = ['Call detail records'];

export function cdrRoutes(context: ApiContext): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/v1/cdrs',
      {
        config: { permission: 'cdrs:read' },
        schema: {
          tags,
          summary: 'The calls of the past, newest first',
          querystring: callDetailRecordQuery,
          response: {
            200: callDetailRecordList,
            ...documentedProblems('validation_failed', 'unauthenticated', 'rate_limited'),
          },
        },
      },
      async (request) => listCdrs(context, principalOf(request).tenantId, request.query),
    );

    app.get(
      '/v1/cdrs/:id',
      {
        config: { permission: 'cdrs:read' },
        schema: {
          tags,
          summary: 'A call of the past',
          params: objectIdParams,
          response: { 200: callDetailRecord, ...documentedProblems('unauthenticated', 'not_found', 'rate_limited') },
        },
      },
      async (request) => {
        const { id } = request.params;
        if (!isObjectId(id)) throw notFound('call detail record');
        return readCdr(context, principalOf(request).tenantId, id);
      },
    );
  };
}
