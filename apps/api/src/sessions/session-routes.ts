import { createHash } from 'node:crypto';
import { logInRequest, refreshTokenRequest, tokens } from '@manyline/contract';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import { documentedProblems } from '../http/documented-problems.ts';
import { addressOf, rateLimited } from '../http/rate-limit.ts';
import { logIn, logOut, refreshSession } from './session-service.ts';

const tags = ['Authentication'];

export function sessionRoutes(context: ApiContext): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/v1/auth/login',
      {
        config: {
          rateLimit: rateLimited({
            name: 'log-in',
            max: context.settings.loginRateLimit,
            windowMs: 60_000,
            hook: 'preHandler',
            key: (request) =>
              `${addressOf(request)}:${digestOf((request.body as z.output<typeof logInRequest>).email)}`,
          }),
        },
        schema: {
          tags,
          summary: 'Log in',
          body: logInRequest,
          response: {
            200: tokens,
            ...documentedProblems(
              'validation_failed',
              'invalid_credentials',
              'tenant_suspended',
              'rate_limited',
              'bus_unavailable',
              'overloaded',
            ),
          },
        },
      },
      async (request) => logIn(context, request.body.email, request.body.password),
    );

    app.post(
      '/v1/auth/refresh',
      {
        schema: {
          tags,
          summary: 'Exchange a refresh token',
          description: 'Each refresh token works once. Using one again revokes all tokens of its log-in.',
          body: refreshTokenRequest,
          response: {
            200: tokens,
            ...documentedProblems(
              'validation_failed',
              'token_invalid',
              'token_expired',
              'token_reused',
              'tenant_suspended',
              'rate_limited',
              'bus_unavailable',
            ),
          },
        },
      },
      async (request) => refreshSession(context, request.body.refreshToken),
    );

    app.post(
      '/v1/auth/logout',
      {
        schema: {
          tags,
          summary: 'Log out',
          description: 'Revokes all refresh tokens of the log-in. Access tokens live on until they expire.',
          body: refreshTokenRequest,
          response: { 204: z.null(), ...documentedProblems('validation_failed', 'rate_limited', 'bus_unavailable') },
        },
      },
      async (request, reply) => {
        await logOut(context, request.body.refreshToken);
        return reply.code(204).send(null);
      },
    );
  };
}

/** Keeps keys short and addresses out of Redis. */
function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
