import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** What a process that logs writes to standard error. */
function logged(code: string, level = 'info'): Record<string, unknown>[] {
  const source = `import { createLogger } from ${JSON.stringify(new URL('./logger.ts', import.meta.url).href)};
    const logger = createLogger({ name: 'test', level: '${level}' }); ${code}`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8' });
  expect(run.stdout).toBe('');
  return run.stderr
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('createLogger', () => {
  it('writes JSON lines to standard error, the last one also when the process exits', () => {
    expect(logged(`logger.child({ part: 'x' }).info({ count: 1 }, 'hello'); process.exit(0);`)).toMatchObject([
      { name: 'test', part: 'x', count: 1, msg: 'hello', level: 30 },
    ]);
  });

  it('hides secrets', () => {
    const code = `logger.info({ password: 'hunter2', user: { token: 'hunter2' }, request: { headers: { authorization: 'hunter2' } } }, 'x');`;
    expect(JSON.stringify(logged(code))).not.toContain('hunter2');
    expect(logged(code)).toMatchObject([{ password: '[redacted]' }]);
  });

  it('keeps quiet below its level', () => {
    expect(logged(`logger.info('a'); logger.warn('b');`, 'warn')).toMatchObject([{ msg: 'b' }]);
  });
});
