/** Turns whatever was thrown into RFC 9457 problem details. No stack trace, no inner message ever leaves. */
import { type Problem, type ProblemCode, problems, problemType } from '@manyline/contract';
import { type Logger, ManylineError } from '@manyline/kernel';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, notFound } from '../api-error.ts';
import { validationFailed } from './invalid-values.ts';

/** When the client may ask again after a 503. */
const RETRY_AFTER_SECONDS = 2;

/** The handler of everything that a route or Fastify itself throws. */
export function answerError(
  logger: Logger,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const problem = toManylineError(error);
  if (problem === undefined || problem.httpStatus === 500) {
    logger.error({ err: error, requestId: request.id, route: request.routeOptions.url }, 'a request failed');
  } else if (problem.httpStatus === 503) {
    logger.warn({ err: error, requestId: request.id, route: request.routeOptions.url }, 'a request found no service');
  }
  return sendProblem(reply, request, problem ?? new ApiError('internal_error', 'The failure has been recorded.'));
}

/** The handler of unknown routes. */
export function answerUnknownRoute(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendProblem(reply, request, notFound('resource'));
}

function sendProblem(reply: FastifyReply, request: FastifyRequest, error: ManylineError): FastifyReply {
  const code: ProblemCode = isProblemCode(error.code) ? error.code : 'internal_error';
  const { status, title } = problems[code];
  const body: Problem = {
    type: problemType(code),
    title,
    status,
    detail: code === 'internal_error' ? 'The failure has been recorded.' : error.publicMessage,
    code,
    errors: error instanceof ApiError ? [...error.errors] : [],
    requestId: request.id,
  };
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  const retryAfter = error instanceof ApiError ? error.retryAfterSeconds : undefined;
  if (retryAfter !== undefined || status === 503)
    reply.header('retry-after', String(retryAfter ?? RETRY_AFTER_SECONDS));
  return reply.code(status).type('application/problem+json').serializer(JSON.stringify).send(body);
}

/** Undefined: a fault of ours. */
function toManylineError(error: unknown): ManylineError | undefined {
  if (error instanceof ManylineError) return error;
  if (!isFastifyError(error)) return undefined;
  switch (error.statusCode) {
    case 400:
    case 431:
      return validationFailed([{ path: '', message: 'the request cannot be read' }]);
    case 404:
    case 414:
      return notFound('resource');
    case 413:
      return new ApiError('body_too_large', 'The body is larger than this route takes.');
    case 415:
      return new ApiError(
        'unsupported_media_type',
        'Send application/json, or application/merge-patch+json for PATCH.',
      );
    default:
      return undefined;
  }
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number';
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problems, code);
}
