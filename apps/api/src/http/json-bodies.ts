import type { FastifyInstance } from 'fastify';
import { validationFailed } from './invalid-values.ts';

/**
 * The bodies that the API reads: JSON, and JSON merge patches (RFC 7396). Anything else is 415, text that is no JSON 400.
 * An empty body counts as none, since many clients send a content type with it. A member named `__proto__` is refused.
 */
export function acceptJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'string' },
    (request, body: string, done) => {
      if (body === '') return done(null, undefined);
      return parse(request, body, (error, value) => {
        if (error) done(validationFailed([{ path: '', message: 'the body is not valid JSON' }]));
        else done(null, value);
      });
    },
  );
}
