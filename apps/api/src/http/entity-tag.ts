import { ApiError } from '../api-error.ts';

/** The entity tag of a version of an object (RFC 9110 §8.8.3). */
export function entityTag(version: number): string {
  return `"${version}"`;
}

/** Throws `precondition_failed` when the request has an If-Match (RFC 9110 §13.1.1) that does not name this version. */
export function assertMatches(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  const tags = ifMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (!tags.includes(entityTag(version))) {
    throw new ApiError('precondition_failed', 'The object was changed since you read it; read it again.');
  }
}
