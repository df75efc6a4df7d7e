import {
  type Baresip,
  heardTone,
  ManylineProcess,
  missingPeers,
  openProbe,
  probeSdp,
  startPhone,
  TestTenant,
} from '@manyline/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('two tenants with the same numbers', () => {
  let manyline: ManylineProcess;
  let alpha: TestTenant;
  let beta: TestTenant;

  beforeAll(async () => {
    manyline = await ManylineProcess.start();
    alpha = await TestTenant.signUp(manyline.http, ['100', '101']);
    beta = await TestTenant.signUp(manyline.http, ['100', '101', '102']);
  });

  afterAll(async () => {
    await manyline?.stop();
  });

  it('a phone cannot register at the other domain with its own password', async () => {
    const probe = await openProbe(manyline, { ...alpha.account('100'), domain: beta.domain });
    const response = await probe.transactAuthenticated({
      method: 'REGISTER',
      uri: `sip:${beta.domain}`,
      to: `<sip:100@${beta.domain}>`,
      contact: probe.contact,
    });
    expect([401, 403]).toContain(response.status);
    expect(await beta.api.registrations()).toEqual([]);
    probe.close();
  });

  it('a REGISTER whose Request-URI and To name different tenants registers nowhere', async () => {
    const probe = await openProbe(manyline, alpha.account('100'));
    const response = await probe.transact({
      method: 'REGISTER',
      uri: `sip:${alpha.domain}`,
      to: `<sip:100@${beta.domain}>`,
      contact: probe.contact,
    });
    expect(response.status).toBe(404);
    probe.close();
  });

  it('nobody calls into the other tenant: 404', async () => {
    const probe = await openProbe(manyline, alpha.account('100'));
    await probe.register();
    const uri = `sip:101@${beta.domain}`;
    const invite = probe.sendRequest({ method: 'INVITE', uri, body: probeSdp(33_987) });
    const response = await probe.finalResponse(invite);
    probe.acknowledge(invite, response);
    expect(response.status).toBe(404);
    probe.close();
  });

  it('nobody calls in the name of another: 403', async () => {
    const probe = await openProbe(manyline, alpha.account('100'));
    await probe.register();
    for (const from of [`<sip:101@${alpha.domain}>;tag=x1`, `"100" <sip:101@${alpha.domain}>;tag=x2`]) {
      const invite = await probe.sendAuthenticated({
        method: 'INVITE',
        uri: `sip:101@${alpha.domain}`,
        from,
        body: probeSdp(33_987),
      });
      const response = await probe.finalResponse(invite);
      probe.acknowledge(invite, response);
      expect(response.status).toBe(403);
    }
    probe.close();
  });

  it('a tenant sees neither the registrations nor the calls of the other', async () => {
    const probe = await openProbe(manyline, beta.account('102'));
    await probe.register();
    const [registration] = await beta.registered('102', 1);
    expect((await alpha.api.registrations()).map(({ number }) => number)).not.toContain('102');
    expect((await alpha.api.request('DELETE', `/v1/registrations/${registration!.id}`)).status).toBe(404);
    await beta.registered('102', 1);

    const invite = await probe.sendAuthenticated({
      method: 'INVITE',
      uri: `sip:999@${beta.domain}`,
      body: probeSdp(33_987),
    });
    probe.acknowledge(invite, await probe.finalResponse(invite));
    const cdr = await beta.cdrOf(invite.callId);
    expect((await alpha.api.cdrs()).map(({ id }) => id)).not.toContain(cdr.id);
    expect((await alpha.api.request('GET', `/v1/cdrs/${cdr.id}`)).status).toBe(404);
    expect((await beta.api.request('GET', `/v1/cdrs/${cdr.id}`)).status).toBe(200);
    probe.close();
  });

  it.skipIf(missingPeers('baresip').length > 0)(
    '101 is reached by its own 100 only, in both at once (needs baresip)',
    async () => {
      const start = (tenant: TestTenant, number: string, toneHz: number): Promise<Baresip> =>
        startPhone(manyline, tenant.account(number), { toneHz });
      const tones = { alpha100: 440, alpha101: 880, beta100: 1240, beta101: 1720 };
      const phones = [
        await start(alpha, '100', tones.alpha100),
        await start(alpha, '101', tones.alpha101),
        await start(beta, '100', tones.beta100),
        await start(beta, '101', tones.beta101),
      ] as const;
      try {
        await Promise.all(phones.map((phone) => phone.waitRegistered()));
        const [alpha100, alpha101, beta100, beta101] = phones;
        await Promise.all([alpha100.dial('101'), beta100.dial('101')]);
        await Promise.all(phones.map((phone) => phone.waitFor('CALL_ESTABLISHED')));
        await Promise.all([
          alpha100.waitHears(tones.alpha101),
          alpha101.waitHears(tones.alpha100),
          beta100.waitHears(tones.beta101),
          beta101.waitHears(tones.beta100),
        ]);
        const foreign = [
          [alpha100, tones.beta100, tones.beta101],
          [alpha101, tones.beta100, tones.beta101],
          [beta100, tones.alpha100, tones.alpha101],
          [beta101, tones.alpha100, tones.alpha101],
        ] as const;
        for (const [phone, ...others] of foreign) {
          for (const hz of others) expect(heardTone(phone.heard()!, hz)).toBe(false);
        }
      } finally {
        await Promise.all(phones.map((phone) => phone.stop()));
      }
    },
  );
});
