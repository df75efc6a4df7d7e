import {
  type Baresip,
  heardTone,
  ManylineProcess,
  missingPeers,
  startPhone,
  TestTenant,
  TlsVersionTap,
} from '@manyline/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const missing = missingPeers('baresip');

describe.skipIf(missing.length > 0)('two phones of one tenant talk (needs baresip)', () => {
  let manyline: ManylineProcess;
  let tenant: TestTenant;
  let phones: Baresip[] = [];

  beforeAll(async () => {
    manyline = await ManylineProcess.start();
    tenant = await TestTenant.signUp(manyline.http, ['100', '101']);
  });

  afterEach(async () => {
    await Promise.all(phones.map((phone) => phone.stop()));
    phones = [];
  });

  afterAll(async () => {
    await manyline?.stop();
  });

  async function pair(transport: 'udp' | 'tcp' | 'tls', port?: number): Promise<[caller: Baresip, called: Baresip]> {
    const caller = await startPhone(manyline, tenant.account('100'), { transport, toneHz: 440, port });
    phones.push(caller);
    const called = await startPhone(manyline, tenant.account('101'), { transport, toneHz: 880, port });
    phones.push(called);
    await Promise.all(phones.map((phone) => phone.waitRegistered()));
    return [caller, called];
  }

  /** Each hears the other within a second of the answer, and never itself; gives the SIP Call-ID of the calling leg. */
  async function talk(caller: Baresip, called: Baresip): Promise<string> {
    await caller.dial('101');
    const answered = await caller.waitFor('CALL_ESTABLISHED');
    const heardAt = await Promise.all([caller.waitHears(880), called.waitHears(440)]);
    expect(Math.max(...heardAt) - answered.atMs).toBeLessThan(1000);
    expect(heardTone(caller.heard()!, 440)).toBe(false);
    expect(heardTone(called.heard()!, 880)).toBe(false);
    return answered.id!;
  }

  it.each(['udp', 'tcp'] as const)(
    'over %s: both are heard, the caller hangs up, and the record is there',
    async (transport) => {
      const [caller, called] = await pair(transport);
      const callId = await talk(caller, called);
      await caller.hangup();
      await called.waitFor('CALL_CLOSED');

      const cdr = await tenant.cdrOf(callId);
      expect(cdr).toMatchObject({
        caller: '100',
        called: '101',
        result: 'answered',
        releaseCause: 'normal-clearing',
        releasedBy: 'caller',
      });
      expect(Date.parse(cdr.answeredAt!)).toBeGreaterThanOrEqual(Date.parse(cdr.startedAt));
      expect(Date.parse(cdr.endedAt)).toBeGreaterThan(Date.parse(cdr.answeredAt!));
      expect(cdr.durationSeconds).toBeGreaterThanOrEqual(1);
    },
  );

  it('the called phone hangs up: the caller is told, and the record says who it was', async () => {
    const [caller, called] = await pair('udp');
    const callId = await talk(caller, called);
    await called.hangup();
    await caller.waitFor('CALL_CLOSED');
    expect(await tenant.cdrOf(callId)).toMatchObject({ result: 'answered', releasedBy: 'called' });
  });

  it('over TLS 1.3: both are heard, and the registration shows as tls', async () => {
    const tap = await TlsVersionTap.open({ host: manyline.sip.host, port: manyline.sip.tlsPort });
    try {
      const [caller, called] = await pair('tls', tap.port);
      expect(tap.versions).toEqual(['TLSv1.3', 'TLSv1.3']);
      const [registration] = await tenant.registered('100', 1);
      expect(registration).toMatchObject({ transport: 'tls', tls: true });
      const callId = await talk(caller, called);
      await caller.hangup();
      await called.waitFor('CALL_CLOSED');
      expect(await tenant.cdrOf(callId)).toMatchObject({ result: 'answered', releaseCause: 'normal-clearing' });
    } finally {
      tap.close();
    }
  });

  it('a phone on TLS talks to a phone on UDP', async () => {
    const caller = await startPhone(manyline, tenant.account('100'), { transport: 'tls', toneHz: 440 });
    phones.push(caller);
    const called = await startPhone(manyline, tenant.account('101'), { transport: 'udp', toneHz: 880 });
    phones.push(called);
    await Promise.all(phones.map((phone) => phone.waitRegistered()));
    await talk(caller, called);
  });

  it('is held and resumed by the phone, and stands', async () => {
    const [caller, called] = await pair('udp');
    const callId = await talk(caller, called);
    // The answer to the first offer; then one for each re-INVITE. baresip records no further than the first of these.
    await caller.waitFor('CALL_REMOTE_SDP');
    await called.waitFor('CALL_REMOTE_SDP');
    for (const step of ['hold', 'resume'] as const) {
      await caller[step]();
      await caller.waitFor('CALL_REMOTE_SDP');
      await called.waitFor('CALL_REMOTE_SDP');
    }
    expect(called.takeEvent('CALL_CLOSED')).toBeUndefined();
    await caller.hangup();
    await called.waitFor('CALL_CLOSED');
    expect(await tenant.cdrOf(callId)).toMatchObject({ result: 'answered', releaseCause: 'normal-clearing' });
  });
});
