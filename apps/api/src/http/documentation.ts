/** The OpenAPI 3.1 document, made from the routes themselves, and its rendered form. */
import fastifySwagger from '@fastify/swagger';
import fastifyApiReference from '@scalar/fastify-api-reference';
import type { FastifyInstance } from 'fastify';
import { type FastifyPluginAsyncZod, jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';

/** Call it before the routes are registered. */
export async function describeRoutes(app: FastifyInstance): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Manyline',
        version: '1',
        description:
          'The REST API of a tenant. Errors are RFC 9457 problem details with a stable `code`; lists are paged by `nextCursor`; ' +
          'PATCH takes a JSON merge patch (RFC 7396). `ETag` and `If-Match` guard against lost updates.',
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    },
    transform: (document) => {
      const transformed = jsonSchemaTransform(document);
      const permission = document.route.config?.permission;
      if (permission === undefined || transformed.schema === undefined) return transformed;
      return {
        ...transformed,
        schema: { ...transformed.schema, security: [{ bearer: [] }], 'x-permission': permission },
      };
    },
    transformObject: jsonSchemaTransformObject,
  });
}

/** `GET /openapi.json` and the pages below `/docs`. */
export const documentationRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '/openapi.json',
    {
      schema: {
        tags: ['Service'],
        summary: 'This document',
        response: { 200: z.record(z.string(), z.unknown()) },
      },
    },
    async () => ({ ...(await app.swagger()) }),
  );
  await app.register(async (pages) => {
    // The reference is one page with an inline script; nothing but it is served below this path.
    pages.addHook('onSend', async (_request, reply) => {
      reply.header(
        'content-security-policy',
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; frame-ancestors 'self'",
      );
    });
    await pages.register(fastifyApiReference, {
      routePrefix: '/docs',
      configuration: { url: '/openapi.json', withDefaultFonts: false, telemetry: false },
    });
  });
};
