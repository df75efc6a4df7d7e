import type { InvalidValue } from '@manyline/contract';
import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { ApiError } from '../api-error.ts';

/** More are not told: a body of thousands of wrong members shall not make an answer of megabytes. */
const MOST_ERRORS = 50;

/** zod's issues as the contract's `errors[]`; an unknown field is named by its own path. */
export function invalidValues(issues: readonly z.core.$ZodIssue[]): InvalidValue[] {
  return issues.flatMap(toInvalidValues).slice(0, MOST_ERRORS);
}

function toInvalidValues(issue: z.core.$ZodIssue): InvalidValue[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: pathOf([...issue.path, key]), message: 'unknown field' }));
  }
  return [{ path: pathOf(issue.path), message: issue.message }];
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.map(String).join('.').slice(0, 200);
}

export function validationFailed(errors: readonly InvalidValue[]): ApiError {
  const [first] = errors;
  const detail = first === undefined ? 'The request is not valid.' : `${first.path || 'body'}: ${first.message}`;
  return new ApiError('validation_failed', detail, { errors });
}

/** How Fastify checks bodies, queries and paths against a route's zod schemas. */
export const compileValidator: FastifySchemaCompiler<z.ZodType> = ({ schema }) => {
  return (value: unknown) => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return { value: parsed.data };
    return { error: validationFailed(invalidValues(parsed.error.issues)) };
  };
};

/** Parses what a patch made; its errors are the client's. */
export function parseOrRefuse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw validationFailed(invalidValues(parsed.error.issues));
  return parsed.data;
}
