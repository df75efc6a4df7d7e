import { type ProblemCode, problem, problems } from '@manyline/contract';

/** The part of a route's `response` schema that documents its errors, and those that any route may answer with. */
export function documentedProblems(...codes: ProblemCode[]) {
  const byStatus = Object.groupBy(
    [...codes, 'internal_error', 'database_unavailable'] as const,
    (code) => problems[code].status,
  );
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, ofStatus = []]) => [
      status,
      {
        description: ofStatus.map((code) => `\`${code}\`: ${problems[code].title}`).join('\n\n'),
        content: { 'application/problem+json': { schema: problem } },
      },
    ]),
  );
}
