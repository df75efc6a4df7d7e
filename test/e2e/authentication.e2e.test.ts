import {
  answerDigest,
  challengeParameters,
  eventually,
  ManylineProcess,
  newToken,
  openProbe,
  type SipProbe,
  TestTenant,
} from '@manyline/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

describe('authentication', () => {
  let manyline: ManylineProcess;
  let tenant: TestTenant;
  const probes: SipProbe[] = [];

  beforeAll(async () => {
    manyline = await ManylineProcess.start();
    tenant = await TestTenant.signUp(manyline.http, ['100']);
  });

  afterEach(() => {
    for (const probe of probes.splice(0)) probe.close();
  });

  afterAll(async () => {
    await manyline?.stop();
  });

  async function probeAt(domain = tenant.domain, localAddress?: string): Promise<SipProbe> {
    const probe = await openProbe(manyline, { ...tenant.account('100'), domain }, { localAddress });
    probes.push(probe);
    return probe;
  }

  const registerAt = (domain: string) => ({ method: 'REGISTER', uri: `sip:${domain}`, to: `<sip:100@${domain}>` });

  it('challenges with the realm of the tenant, MD5 and qop=auth', async () => {
    const probe = await probeAt();
    const response = await probe.transact({ ...registerAt(tenant.domain), contact: probe.contact });
    expect(response.status).toBe(401);
    expect(response.headersOf('WWW-Authenticate')).toHaveLength(1);
    const parameters = challengeParameters(response.header('WWW-Authenticate')!);
    expect(parameters.get('realm')).toBe(tenant.domain);
    expect(parameters.get('algorithm') ?? 'MD5').toBe('MD5');
    expect(parameters.get('qop')).toBe('auth');
    expect(parameters.get('nonce')!.length).toBeGreaterThanOrEqual(16);
  });

  it('refuses a wrong password, counts it, and takes the right one afterwards', async () => {
    const before = await manyline.metric('manyline_sip_authentication_failures_total');
    const probe = await probeAt(tenant.domain, '127.0.0.21');
    const wrong = { ...tenant.account('100'), password: 'not-the-password' };
    const response = await probe.transactAuthenticated({ ...registerAt(tenant.domain), contact: probe.contact }, wrong);
    expect([401, 403]).toContain(response.status);
    await eventually(
      'the failure is counted',
      async () => (await manyline.metric('manyline_sip_authentication_failures_total')) > before,
    );
    expect((await probe.register()).status).toBe(200);
  });

  it('does not tell an unknown user from a wrong password', async () => {
    const probe = await probeAt(tenant.domain, '127.0.0.22');
    const statuses = [];
    for (const user of ['100', 'nobody']) {
      const response = await probe.transactAuthenticated(
        {
          ...registerAt(tenant.domain),
          to: `<sip:${user}@${tenant.domain}>`,
          from: `<sip:${user}@${tenant.domain}>;tag=${newToken()}`,
          contact: probe.contact,
        },
        { user, password: 'not-the-password', domain: tenant.domain },
      );
      statuses.push(response.status);
    }
    expect(statuses[0]).toBe(statuses[1]);
  });

  it('answers 404 for a domain that nobody has', async () => {
    const probe = await probeAt('nobody.example.org');
    expect((await probe.transact({ ...registerAt('nobody.example.org'), contact: probe.contact })).status).toBe(404);
  });

  it('does not take a nonce with the same nc twice', async () => {
    const probe = await probeAt();
    const uri = `sip:${tenant.domain}`;
    const first = await probe.transact({ ...registerAt(tenant.domain), contact: probe.contact });
    const { password } = tenant.account('100');
    const answer = answerDigest({
      challenge: first.header('WWW-Authenticate')!,
      method: 'REGISTER',
      uri,
      username: '100',
      password,
    });
    const again = () =>
      probe.transact({ ...registerAt(tenant.domain), contact: probe.contact, headers: [['Authorization', answer]] });
    expect((await again()).status).toBe(200);
    expect((await again()).status).toBe(401);
  });

  it('does not take a nonce of its own making', async () => {
    const probe = await probeAt(tenant.domain, '127.0.0.23');
    const { password } = tenant.account('100');
    const challenge = `Digest realm="${tenant.domain}", nonce="${newToken()}${newToken()}", qop="auth"`;
    const answer = answerDigest({
      challenge,
      method: 'REGISTER',
      uri: `sip:${tenant.domain}`,
      username: '100',
      password,
    });
    const response = await probe.transact({
      ...registerAt(tenant.domain),
      contact: probe.contact,
      headers: [['Authorization', answer]],
    });
    expect(response.status).toBe(401);
  });

  it('offers SHA-256 to a tenant that asks for it, and takes it', async () => {
    const strict = await TestTenant.signUp(manyline.http, ['100']);
    await strict.api.demand('PATCH', '/v1/tenant', { digestAlgorithms: ['SHA-256'] });
    const probe = await openProbe(manyline, strict.account('100'));
    probes.push(probe);
    await eventually('the challenge is SHA-256 alone', async () => {
      const response = await probe.transact({ ...registerAt(strict.domain), contact: probe.contact });
      const challenges = response.headersOf('WWW-Authenticate');
      return challenges.length === 1 && challengeParameters(challenges[0]!).get('algorithm') === 'SHA-256';
    });
    expect((await probe.register()).status).toBe(200);
    await strict.registered('100', 1);
  });

  it('a changed password counts at once, and the old one no longer', async () => {
    const own = await TestTenant.signUp(manyline.http);
    const { id } = await own.addLocalUser('200');
    const old = own.account('200');
    const probe = await openProbe(manyline, old, { localAddress: '127.0.0.24' });
    probes.push(probe);
    await probe.register();
    await own.api.demand('PATCH', `/v1/local-users/${id}`, { password: 'a-new-phone-password' });
    const request = {
      method: 'REGISTER',
      uri: `sip:${own.domain}`,
      to: `<sip:200@${own.domain}>`,
      contact: probe.contact,
    };
    const withNew = await probe.transactAuthenticated(request, { ...old, password: 'a-new-phone-password' });
    expect(withNew.status).toBe(200);
    const withOld = await probe.transactAuthenticated(request, old);
    expect([401, 403]).toContain(withOld.status);
  });
});
