import { ManylineProcess, openProbe, TestTenant } from '@manyline/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('from signing up to the first registration', () => {
  let manyline: ManylineProcess;

  beforeAll(async () => {
    manyline = await ManylineProcess.start();
  });

  afterAll(async () => {
    await manyline?.stop();
  });

  it('works at once, without a pause between any two steps, for many companies', async () => {
    for (let round = 0; round < 5; round += 1) {
      const tenant = await TestTenant.signUp(manyline.http, ['100']);
      const probe = await openProbe(manyline, tenant.account('100'));
      expect((await probe.register()).status).toBe(200);
      probe.close();
    }
  });

  it('a local user made a moment ago registers at once', async () => {
    const tenant = await TestTenant.signUp(manyline.http);
    for (const number of ['200', '201', '202', '203', '204']) {
      await tenant.addLocalUser(number);
      const probe = await openProbe(manyline, tenant.account(number));
      expect((await probe.register()).status).toBe(200);
      probe.close();
    }
  });

  it('a deleted local user no longer registers, and its phones are gone', async () => {
    const tenant = await TestTenant.signUp(manyline.http);
    const { id } = await tenant.addLocalUser('200');
    const probe = await openProbe(manyline, tenant.account('200'));
    await probe.register();
    await tenant.registered('200', 1);
    expect((await tenant.api.request('DELETE', `/v1/local-users/${id}`)).status).toBe(204);
    await tenant.registered('200', 0);
    await expect(probe.register()).rejects.toThrow(/40[13]/);
    probe.close();
  });

  it('the demo tenant of the ready line registers with its printed passwords', async () => {
    const { demo } = manyline.ready;
    expect(demo!.localUsers.map(({ number }) => number)).toEqual(['100', '101', '102']);
    const [first] = demo!.localUsers;
    const probe = await openProbe(manyline, { user: first!.number, password: first!.password, domain: demo!.domain });
    expect((await probe.register()).status).toBe(200);
    probe.close();
  });
});
