/** Every error that the API answers with: RFC 9457 problem details, told apart by `code`. */
import { z } from 'zod';

/** The catalogue: code → HTTP status and title. Codes are stable; add, never rename. */
export const problems = {
  validation_failed: { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'A valid access token is required' },
  token_expired: { status: 401, title: 'The token has expired' },
  token_invalid: { status: 401, title: 'The token is not valid' },
  token_reused: { status: 401, title: 'The refresh token was used before' },
  invalid_credentials: { status: 401, title: 'E-mail address or password is wrong' },
  forbidden: { status: 403, title: 'Your role does not allow this' },
  tenant_suspended: { status: 403, title: 'The tenant is suspended' },
  not_found: { status: 404, title: 'Not found' },
  slug_taken: { status: 409, title: 'The slug is in use' },
  email_taken: { status: 409, title: 'The e-mail address has an account' },
  number_taken: { status: 409, title: 'The number is in use' },
  precondition_failed: { status: 412, title: 'The object has changed' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The media type is not supported' },
  weak_password: { status: 422, title: 'The password is too weak' },
  limit_reached: { status: 422, title: 'A limit of the tenant is reached' },
  unknown_reference: { status: 422, title: 'A referenced object does not exist' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  database_unavailable: { status: 503, title: 'The database is not reachable' },
  bus_unavailable: { status: 503, title: 'The message store is not reachable' },
  overloaded: { status: 503, title: 'The server is busy' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problems;

/** One bad value: where it is (`forwarding.busy`, `limit`) and what is wrong with it. */
export const invalidValue = z.object({ path: z.string(), message: z.string() });

export const problem = z
  .object({
    type: z.string().meta({ example: 'urn:manyline:problem:number_taken' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().meta({ description: 'Stable, for programs', example: 'number_taken' }),
    errors: z.array(invalidValue),
    requestId: z.string(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' });

export type Problem = z.output<typeof problem>;
export type InvalidValue = z.output<typeof invalidValue>;

/** The problem's `type` member (RFC 9457 §3.1.1). */
export function problemType(code: ProblemCode): string {
  return `urn:manyline:problem:${code}`;
}
