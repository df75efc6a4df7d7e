import {
  type CdrView,
  ManylineProcess,
  newToken,
  openProbe,
  ProbeDialog,
  type ProbeMessage,
  probeSdp,
  type SipProbe,
  TestTenant,
} from '@manyline/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('a call that is not answered', () => {
  let manyline: ManylineProcess;
  let tenant: TestTenant;
  let caller: SipProbe;
  let called: SipProbe;

  beforeAll(async () => {
    manyline = await ManylineProcess.start();
    tenant = await TestTenant.signUp(manyline.http, ['100', '101', '102']);
    await tenant.addLocalUser('103', { forwarding: { noAnswerSeconds: 5 } });
    caller = await openProbe(manyline, tenant.account('100'));
    called = await openProbe(manyline, tenant.account('101'));
    await Promise.all([caller.register(), called.register()]);
  });

  afterAll(async () => {
    caller?.close();
    called?.close();
    await manyline?.stop();
  });

  const call = (number: string): Promise<ProbeMessage> =>
    caller.sendAuthenticated({ method: 'INVITE', uri: `sip:${number}@${tenant.domain}`, body: probeSdp(33_999) });

  /** Waits for the refusal, acknowledges it, and gives its status and the call's record. */
  async function refused(invite: ProbeMessage, timeoutMs?: number): Promise<{ status: number; cdr: CdrView }> {
    const response = await caller.finalResponse(invite, timeoutMs);
    caller.acknowledge(invite, response);
    return { status: response.status, cdr: await tenant.cdrOf(invite.callId) };
  }

  it.each([
    [486, 'Busy Here', 'busy', 'user-busy'],
    [600, 'Busy Everywhere', 'busy', 'user-busy'],
    [603, 'Decline', 'declined', 'call-declined'],
  ])('%i of the called phone reaches the caller', async (status, reason, result, releaseCause) => {
    const invite = await call('101');
    const incoming = await called.request('INVITE');
    expect(incoming.requestUri).toContain(`:${called.localPort}`);
    called.respond(incoming, 180, 'Ringing', { toTag: newToken() });
    await caller.provisional(invite, 180);
    called.respond(incoming, status, reason, { toTag: newToken() });
    await called.request('ACK');
    const { status: received, cdr } = await refused(invite);
    expect(received).toBe(status);
    expect(cdr).toMatchObject({
      caller: '100',
      called: '101',
      result,
      releaseCause,
      releasedBy: 'called',
      answeredAt: null,
      durationSeconds: 0,
    });
  });

  it('is given up by the caller: 487, and the phone stops ringing', async () => {
    const invite = await call('101');
    const incoming = await called.request('INVITE');
    called.respond(incoming, 180, 'Ringing', { toTag: newToken() });
    await caller.provisional(invite, 180);
    caller.cancel(invite);
    const cancel = await called.request('CANCEL');
    expect(cancel.header('CSeq')).toBe(`${Number.parseInt(incoming.header('CSeq')!, 10)} CANCEL`);
    called.respond(cancel, 200, 'OK');
    called.respond(incoming, 487, 'Request Terminated', { toTag: newToken() });
    const { status, cdr } = await refused(invite);
    expect(status).toBe(487);
    expect(cdr).toMatchObject({ result: 'cancelled', releaseCause: 'originator-cancel', releasedBy: 'caller' });
  });

  it('rings out: 480 after the time of the called user, and the phone is told to stop', async () => {
    const silent = await openProbe(manyline, tenant.account('103'));
    await silent.register();
    const invite = await call('103');
    const incoming = await silent.request('INVITE');
    silent.respond(incoming, 180, 'Ringing', { toTag: newToken() });
    const cancel = await silent.request('CANCEL', 10_000);
    silent.respond(cancel, 200, 'OK');
    silent.respond(incoming, 487, 'Request Terminated', { toTag: newToken() });
    const { status, cdr } = await refused(invite, 10_000);
    expect(status).toBe(480);
    expect(cdr).toMatchObject({ result: 'no-answer', releaseCause: 'no-answer', answeredAt: null });
    silent.close();
  });

  it('is for a user without a phone: 480', async () => {
    const { status, cdr } = await refused(await call('102'));
    expect(status).toBe(480);
    expect(cdr).toMatchObject({ called: '102', result: 'unreachable', releaseCause: 'user-not-registered' });
  });

  it('is for a number that nobody has: 404', async () => {
    const { status, cdr } = await refused(await call('7777'));
    expect(status).toBe(404);
    expect(cdr).toMatchObject({ called: '7777', result: 'rejected', releaseCause: 'unallocated-number' });
  });

  it('offers no codec that the called phone takes: 488', async () => {
    const invite = await call('101');
    const incoming = await called.request('INVITE');
    called.respond(incoming, 488, 'Not Acceptable Here', { toTag: newToken() });
    const { status, cdr } = await refused(invite);
    expect(status).toBe(488);
    expect(cdr).toMatchObject({ result: 'failed', releaseCause: 'not-acceptable' });
  });

  it('a caller without a body is made an offer, and the call stands', async () => {
    const invite = await caller.sendAuthenticated({ method: 'INVITE', uri: `sip:101@${tenant.domain}` });
    const incoming = await called.request('INVITE');
    expect(incoming.body).toContain('m=audio');
    called.respond(incoming, 200, 'OK', { toTag: newToken(), body: probeSdp(33_997) });
    const answer = await caller.finalResponse(invite);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatch(/^m=audio [1-9]\d* RTP\/AVP /m);
    const dialog = ProbeDialog.asCaller(caller, invite, answer);
    dialog.acknowledge(probeSdp(33_999));
    await called.request('ACK');
    expect((await dialog.transact('BYE')).status).toBe(200);
    called.respond(await called.request('BYE'), 200, 'OK');
    expect(await tenant.cdrOf(invite.callId)).toMatchObject({ result: 'answered' });
  });
});
