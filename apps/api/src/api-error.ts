import { type InvalidValue, type ProblemCode, problems } from '@manyline/contract';
import { ManylineError } from '@manyline/kernel';

export interface ApiErrorOptions {
  /** The bad values, for `validation_failed` and its like. */
  readonly errors?: readonly InvalidValue[];
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** An answer other than success, by its code in the catalogue of packages/contract. */
export class ApiError extends ManylineError {
  readonly errors: readonly InvalidValue[];
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ProblemCode, detail: string, { errors = [], retryAfterSeconds, cause }: ApiErrorOptions = {}) {
    super({ code, publicMessage: detail, httpStatus: problems[code].status, cause });
    this.errors = errors;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** One bad value. */
export function invalidValue(path: string, message: string): ApiError {
  return new ApiError('validation_failed', `${path}: ${message}`, { errors: [{ path, message }] });
}

export function notFound(what: string): ApiError {
  return new ApiError('not_found', `There is no such ${what}.`);
}
