import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { problems } from './problem.ts';

describe('docs/reference/errors.md', () => {
  it('lists every problem with its status and title, and no other', () => {
    const page = readFileSync(new URL('../../../docs/reference/errors.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `(\w+)` \| (\d+) \| (.+) \|$/gm)].map(([, code, status, title]) => [
      code,
      { status: Number(status), title },
    ]);
    expect(Object.fromEntries(rows)).toEqual(problems);
  });
});
