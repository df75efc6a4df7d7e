import { availability, availabilityQuery, signUpAnswer, signUpRequest, slug } from '@manyline/contract';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { ApiContext } from '../api-context.ts';
import { documentedProblems } from '../http/documented-problems.ts';
import { addressOf, rateLimited } from '../http/rate-limit.ts';
import { checkAvailability, signUp } from './sign-up-service.ts';

const tags = ['Sign-up'];

export function signUpRoutes(context: ApiContext): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/v1/signup',
      {
        config: {
          rateLimit: rateLimited({
            name: 'sign-up',
            max: context.settings.signupRateLimit,
            windowMs: 3_600_000,
            hook: 'preHandler',
            key: addressOf,
          }),
        },
        schema: {
          tags,
          summary: 'Sign a company up',
          description: 'Makes a tenant with its own SIP domain, and its owner, who is logged in at once.',
          body: signUpRequest,
          response: {
            201: signUpAnswer,
            ...documentedProblems(
              'validation_failed',
              'slug_taken',
              'email_taken',
              'weak_password',
              'rate_limited',
              'bus_unavailable',
              'overloaded',
            ),
          },
        },
      },
      async (request, reply) => reply.code(201).send(await signUp(context, request.body)),
    );

    app.get(
      '/v1/signup/availability',
      {
        schema: {
          tags,
          summary: 'Ask whether a slug is free',
          querystring: availabilityQuery,
          response: { 200: availability, ...documentedProblems('validation_failed', 'rate_limited') },
        },
      },
      async (request) => checkAvailability(context, request.query.slug, slug.safeParse(request.query.slug).success),
    );
  };
}
