import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import fastifyHelmet from '@fastify/helmet';
import { fastify } from 'fastify';
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { ApiContext } from './api-context.ts';
import { principalOf, requireAuthentication } from './auth/authenticate.ts';
import { cdrRoutes } from './cdrs/cdr-routes.ts';
import { healthRoutes } from './health/health-routes.ts';
import { describeRoutes, documentationRoutes } from './http/documentation.ts';
import { compileValidator } from './http/invalid-values.ts';
import { acceptJsonBodies } from './http/json-bodies.ts';
import { answerError, answerUnknownRoute } from './http/problem-replies.ts';
import { addressOf, limitRate } from './http/rate-limit.ts';
import { requestIdOf, returnRequestId } from './http/request-id.ts';
import { observeRequests } from './http/request-metrics.ts';
import { localUserRoutes } from './local-users/local-user-routes.ts';
import { homePage } from './pages/home-page.ts';
import { registrationRoutes } from './registrations/registration-routes.ts';
import { sessionRoutes } from './sessions/session-routes.ts';
import { signUpRoutes } from './sign-up/sign-up-routes.ts';
import { tenantRoutes } from './tenant/tenant-routes.ts';

/** PEM texts. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
}

const LARGEST_BODY_BYTES = 256 * 1024;
const MINUTE_MS = 60_000;
/** A client that sends its request slower than this is cut off. */
const REQUEST_TIMEOUT_MS = 30_000;

/** The HTTP server with all its routes, not yet listening. `tls` makes it HTTPS with TLS 1.2 and 1.3. */
export async function createApiServer(context: ApiContext, tls?: TlsMaterial) {
  const { bus, logger, metrics, settings } = context;
  const app = fastify({
    serverFactory: (handler: RequestListener) =>
      tls === undefined ? createServer(handler) : createTlsServer({ ...tls, minVersion: 'TLSv1.2' }, handler),
    bodyLimit: LARGEST_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    genReqId: requestIdOf,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error, request, reply) => answerError(logger, error, request, reply),
  }).withTypeProvider<ZodTypeProvider>();

  app.setValidatorCompiler(compileValidator);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, request, reply) => answerError(logger, error, request, reply));
  app.setNotFoundHandler(answerUnknownRoute);
  returnRequestId(app);
  observeRequests(app, metrics, logger);
  acceptJsonBodies(app);
  // Without TLS a browser must not be told to use it.
  const upgradeInsecureRequests = tls === undefined ? null : [];
  await app.register(fastifyHelmet, {
    strictTransportSecurity: tls !== undefined,
    contentSecurityPolicy: { directives: { upgradeInsecureRequests } },
  });
  await describeRoutes(app);

  await app.register(async (service) => {
    await service.register(healthRoutes(context));
    await service.register(documentationRoutes);
    await service.register(homePage);
  });

  await app.register(async (open) => {
    const limit = {
      name: 'open',
      max: settings.apiRateLimit,
      windowMs: MINUTE_MS,
      hook: 'onRequest',
      key: addressOf,
    } as const;
    await limitRate(open, bus, limit, false);
    await open.register(signUpRoutes(context));
    await open.register(sessionRoutes(context));
  });

  await app.register(async (tenantScope) => {
    requireAuthentication(tenantScope, context);
    await limitRate(
      tenantScope,
      bus,
      {
        name: 'token',
        max: settings.apiRateLimit,
        windowMs: MINUTE_MS,
        hook: 'onRequest',
        key: (request) => principalOf(request).tokenId,
      },
      true,
    );
    await tenantScope.register(tenantRoutes(context));
    await tenantScope.register(localUserRoutes(context));
    await tenantScope.register(registrationRoutes(context));
    await tenantScope.register(cdrRoutes(context));
  });

  await app.ready();
  return app;
}
