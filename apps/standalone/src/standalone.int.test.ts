import { eventually, ManylineProcess, processRuns } from '@manyline/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';

/** More than a process that calls need may die in a row. */
const DEATHS = 6;

describe('a server', () => {
  it('goes on when what calls do not need dies again and again', { timeout: 120_000 }, async () => {
    const server = await ManylineProcess.start();
    onTestFinished(async () => void (await server.stop()));
    const pidOf = (app: string) =>
      server.processes().find(({ command }) => command.includes(`/apps/${app}/src/main.ts`))?.pid;
    const sip = pidOf('sip');
    for (const app of ['jobs', 'api']) {
      let dead: number | undefined;
      for (let death = 1; death <= DEATHS; death += 1) {
        const pid = await eventually(`${app} is started again`, () => pidOf(app) !== dead && pidOf(app), 20_000);
        process.kill(pid, 'SIGKILL');
        await eventually(`${app} is gone`, () => !processRuns(pid));
        dead = pid;
      }
    }
    await eventually('the API answers again', async () => (await fetch(`${server.http}/readyz`)).ok, 30_000);
    expect(pidOf('sip')).toBe(sip);
    expect(server.log).not.toMatch(/in a row/);
  });
});
