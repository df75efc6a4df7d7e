import {
  ApiClient,
  type Baresip,
  eventually,
  ManylineProcess,
  missingPeers,
  openProbe,
  processRuns,
  startPhone,
  TestTenant,
} from '@manyline/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const missing = missingPeers('baresip');

describe.skipIf(missing.length > 0)('the end of the server during a call (needs baresip)', () => {
  let manyline: ManylineProcess;
  let tenant: TestTenant;
  let phones: Baresip[] = [];
  let callId: string;

  beforeEach(async () => {
    manyline = await ManylineProcess.start();
    tenant = await TestTenant.signUp(manyline.http, ['100', '101']);
    const caller = await startPhone(manyline, tenant.account('100'), { toneHz: 440 });
    const called = await startPhone(manyline, tenant.account('101'), { toneHz: 880 });
    phones = [caller, called];
    await Promise.all(phones.map((phone) => phone.waitRegistered()));
    await caller.dial('101');
    callId = (await caller.waitFor('CALL_ESTABLISHED')).id!;
    await Promise.all([caller.waitHears(880), called.waitHears(440)]);
  });

  afterEach(async () => {
    await Promise.all(phones.map((phone) => phone.vanish()));
    await manyline.stop();
  });

  it('SIGTERM: both phones get BYE, all processes are gone, exit 0; the record is there after the next start', async () => {
    const pids = manyline.processes().map((entry) => entry.pid);
    expect(pids.length).toBeGreaterThan(4);
    expect(await manyline.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(pids.filter(processRuns)).toEqual([]);
    for (const phone of phones) {
      await phone.waitFor('CALL_CLOSED');
      expect(phone.log).toMatch(/^BYE sip:/m);
    }

    manyline = await manyline.startAgain();
    await tenant.api.login(tenant.email, tenant.password);
    expect(await tenant.cdrOf(callId)).toMatchObject({
      result: 'answered',
      releaseCause: 'server-shutdown',
      releasedBy: 'server',
    });
  });

  it('kill -9 of everything: the configuration is intact, phones register and call, and the cut call has its record within 90 s', async () => {
    const talkedFrom = Date.now();
    await manyline.kill9();
    manyline = await manyline.startAgain();
    const up = performance.now();
    await tenant.api.login(tenant.email, tenant.password);
    const users = await tenant.api.demand<{ items: { number: string }[] }>('GET', '/v1/local-users');
    expect(users.items.map(({ number }) => number).sort()).toEqual(['100', '101']);

    await Promise.all(phones.map((phone) => phone.vanish()));
    const caller = await startPhone(manyline, tenant.account('100'), { toneHz: 440 });
    const called = await startPhone(manyline, tenant.account('101'), { toneHz: 880 });
    phones = [caller, called];
    await Promise.all(phones.map((phone) => phone.waitRegistered()));
    await caller.dial('101');
    await caller.waitFor('CALL_ESTABLISHED');
    await Promise.all([caller.waitHears(880), called.waitHears(440)]);

    const cdr = await tenant.cdrOf(callId, 90_000 - (performance.now() - up));
    expect(cdr).toMatchObject({
      caller: '100',
      called: '101',
      result: 'answered',
      releaseCause: 'server-failure',
      releasedBy: 'server',
    });
    expect(Date.parse(cdr.endedAt)).toBeGreaterThanOrEqual(Date.parse(cdr.answeredAt!));
    expect(Date.parse(cdr.endedAt)).toBeLessThanOrEqual(Date.now());
    expect(Date.parse(cdr.startedAt)).toBeLessThanOrEqual(talkedFrom);
    expect((await tenant.api.cdrs()).filter((record) => record.callId === callId)).toHaveLength(1);
  }, 150_000);
});

describe('the end of the server', () => {
  it('through npm: SIGTERM to npm ends everything with exit 0, and a second start finds the tenant', async () => {
    let manyline = await ManylineProcess.start({ through: 'npm' });
    try {
      const tenant = await TestTenant.signUp(manyline.http, ['100']);
      const { demo } = manyline.ready;
      const pids = manyline.processes().map((entry) => entry.pid);
      expect(await manyline.stop('SIGTERM')).toEqual({ code: 0, signal: null });
      await eventually('all are gone', () => pids.every((pid) => !processRuns(pid)), 3000);

      manyline = await manyline.startAgain();
      await tenant.api.login(tenant.email, tenant.password);
      const probe = await openProbe(manyline, tenant.account('100'));
      expect((await probe.register()).status).toBe(200);
      probe.close();
      expect(manyline.ready.demo?.domain).toBe(demo?.domain);
      await new ApiClient(manyline.http).login(demo!.admin.email, demo!.admin.password);
    } finally {
      await manyline.stop();
    }
  });

  it('SIGINT ends it with exit 0 too', async () => {
    const manyline = await ManylineProcess.start();
    expect(await manyline.stop('SIGINT')).toEqual({ code: 0, signal: null });
  });
});
