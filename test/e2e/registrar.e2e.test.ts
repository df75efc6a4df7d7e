import { ManylineProcess, openProbe, type ProbeMessage, probeSdp, type SipProbe, TestTenant } from '@manyline/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

describe('the registrar', () => {
  let manyline: ManylineProcess;
  let tenant: TestTenant;
  let probe: SipProbe;

  beforeAll(async () => {
    manyline = await ManylineProcess.start();
    tenant = await TestTenant.signUp(manyline.http, ['100']);
    probe = await openProbe(manyline, tenant.account('100'));
  });

  afterEach(async () => {
    await register('*', [['Expires', '0']]);
    await tenant.registered('100', 0);
  });

  afterAll(async () => {
    probe?.close();
    await manyline?.stop();
  });

  const register = (contact: string, headers: [string, string][] = []): Promise<ProbeMessage> =>
    probe.transactAuthenticated({
      method: 'REGISTER',
      uri: `sip:${tenant.domain}`,
      to: `<sip:100@${tenant.domain}>`,
      callId: `registrar-${probe.localPort}`,
      cseq: nextSequence(),
      contact,
      headers,
    });
  let sequence = 0;
  /** An authenticated request takes two numbers. */
  function nextSequence(): number {
    sequence += 2;
    return sequence;
  }

  it('keeps several contacts and lists all of them', async () => {
    await register('<sip:100@127.0.0.1:33901>', [['Expires', '300']]);
    const response = await register('<sip:100@127.0.0.1:33902>;q=0.5', [['Expires', '200']]);
    expect(response.status).toBe(200);
    const contacts = response.headersOf('Contact').join(', ');
    expect(contacts).toMatch(/33901>[^,]*expires=(300|299)/);
    expect(contacts).toMatch(/33902>[^,]*expires=(200|199)/);
    const registrations = await tenant.registered('100', 2);
    expect(registrations.map(({ contact }) => contact).sort()).toEqual([
      'sip:100@127.0.0.1:33901',
      'sip:100@127.0.0.1:33902',
    ]);
    expect(registrations[0]).toMatchObject({
      number: '100',
      transport: 'udp',
      sourceAddress: `127.0.0.1:${probe.localPort}`,
      tls: false,
    });
  });

  it('takes one contact away with expires=0 and leaves the other', async () => {
    await register('<sip:100@127.0.0.1:33901>');
    await register('<sip:100@127.0.0.1:33902>');
    const response = await register('<sip:100@127.0.0.1:33901>;expires=0');
    expect(response.headersOf('Contact').join()).not.toContain('33901');
    const [left] = await tenant.registered('100', 1);
    expect(left!.contact).toContain('33902');
  });

  it('a REGISTER without Contact asks what is there', async () => {
    await register('<sip:100@127.0.0.1:33901>');
    const response = await probe.transactAuthenticated({
      method: 'REGISTER',
      uri: `sip:${tenant.domain}`,
      to: `<sip:100@${tenant.domain}>`,
      callId: `registrar-${probe.localPort}`,
      cseq: nextSequence(),
    });
    expect(response.status).toBe(200);
    expect(response.headersOf('Contact').join()).toContain('33901');
  });

  it('gives 3600 seconds to a contact that asks for nothing', async () => {
    const response = await register('<sip:100@127.0.0.1:33901>');
    expect(response.header('Contact')).toMatch(/expires=3(600|599)/);
  });

  it('refuses a registration that is too short with 423 and Min-Expires', async () => {
    const response = await register('<sip:100@127.0.0.1:33901>', [['Expires', '30']]);
    expect(response.status).toBe(423);
    expect(response.header('Min-Expires')).toBe('60');
    expect(await tenant.api.registrations()).toEqual([]);
  });

  it('refuses * with anything but Expires: 0', async () => {
    await register('<sip:100@127.0.0.1:33901>');
    expect((await register('*', [['Expires', '60']])).status).toBe(400);
    await tenant.registered('100', 1);
  });

  it('refuses to register in the name of another', async () => {
    const response = await probe.transactAuthenticated({
      method: 'REGISTER',
      uri: `sip:${tenant.domain}`,
      to: `<sip:999@${tenant.domain}>`,
      contact: probe.contact,
    });
    expect([403, 404]).toContain(response.status);
  });

  it('a phone is called at its Contact, also when it registered from another port', async () => {
    await tenant.addLocalUser('160');
    const listening = await openProbe(manyline, tenant.account('100'));
    await register(listening.contact);
    const caller = await openProbe(manyline, tenant.account('160'));
    await caller.sendAuthenticated({ method: 'INVITE', uri: `sip:100@${tenant.domain}`, body: probeSdp(33_981) });
    const invite = await listening.request('INVITE');
    expect(invite.requestUri).toBe(listening.contact.slice(1, -1));
    listening.respond(invite, 486, 'Busy Here', { toTag: 'busy' });
    listening.close();
    caller.close();
  });

  it('shows a registration in the API, and takes it away there', async () => {
    await register(probe.contact);
    const [registration] = await tenant.registered('100', 1);
    expect(Date.parse(registration!.expiresAt)).toBeGreaterThan(Date.now());
    expect((await tenant.api.request('DELETE', `/v1/registrations/${registration!.id}`)).status).toBe(204);
    await tenant.registered('100', 0);

    // The worker has forgotten it too: a call to it finds nobody.
    await tenant.addLocalUser('150');
    const other = await openProbe(manyline, tenant.account('150'));
    const invite = await other.sendAuthenticated({
      method: 'INVITE',
      uri: `sip:100@${tenant.domain}`,
      body: probeSdp(33_985),
    });
    const response = await other.finalResponse(invite);
    other.acknowledge(invite, response);
    expect(response.status).toBe(480);
    other.close();
  });
});
