import {
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

describe('a user with two phones', () => {
  let manyline: ManylineProcess;
  let tenant: TestTenant;
  let caller: SipProbe;
  let desk: SipProbe;
  let mobile: SipProbe;

  beforeAll(async () => {
    manyline = await ManylineProcess.start();
    tenant = await TestTenant.signUp(manyline.http, ['100', '101']);
    caller = await openProbe(manyline, tenant.account('100'));
    desk = await openProbe(manyline, tenant.account('101'));
    mobile = await openProbe(manyline, tenant.account('101'), { protocol: 'TCP' });
    for (const probe of [caller, desk, mobile]) await probe.register();
    await tenant.registered('101', 2);
  });

  afterAll(async () => {
    for (const probe of [caller, desk, mobile]) probe?.close();
    await manyline?.stop();
  });

  const call = (): Promise<ProbeMessage> =>
    caller.sendAuthenticated({ method: 'INVITE', uri: `sip:101@${tenant.domain}`, body: probeSdp(33_995) });

  it('both ring, one answers, the other is told to stop, and there is one record', async () => {
    const invite = await call();
    const [atDesk, atMobile] = await Promise.all([desk.request('INVITE'), mobile.request('INVITE')]);
    desk.respond(atDesk, 180, 'Ringing', { toTag: newToken() });
    mobile.respond(atMobile, 180, 'Ringing', { toTag: newToken() });
    await caller.provisional(invite, 180);
    mobile.respond(atMobile, 200, 'OK', { toTag: newToken(), body: probeSdp(33_993) });

    const answer = await caller.finalResponse(invite);
    const dialog = ProbeDialog.asCaller(caller, invite, answer);
    dialog.acknowledge();
    const cancel = await desk.request('CANCEL');
    desk.respond(cancel, 200, 'OK');
    desk.respond(atDesk, 487, 'Request Terminated', { toTag: newToken() });
    await Promise.all([mobile.request('ACK'), desk.request('ACK')]);

    expect((await dialog.transact('BYE')).status).toBe(200);
    mobile.respond(await mobile.request('BYE'), 200, 'OK');
    expect(await tenant.cdrOf(invite.callId)).toMatchObject({ result: 'answered', called: '101' });
    expect((await tenant.api.cdrs()).filter((cdr) => cdr.callId === invite.callId)).toHaveLength(1);
  });

  it('one is busy: the other goes on ringing and answers', async () => {
    const invite = await call();
    const [atDesk, atMobile] = await Promise.all([desk.request('INVITE'), mobile.request('INVITE')]);
    desk.respond(atDesk, 486, 'Busy Here', { toTag: newToken() });
    await desk.request('ACK');
    mobile.respond(atMobile, 200, 'OK', { toTag: newToken(), body: probeSdp(33_993) });
    const answer = await caller.finalResponse(invite);
    expect(answer.status).toBe(200);
    const dialog = ProbeDialog.asCaller(caller, invite, answer);
    dialog.acknowledge();
    await mobile.request('ACK');
    expect((await dialog.transact('BYE')).status).toBe(200);
    mobile.respond(await mobile.request('BYE'), 200, 'OK');
  });

  it('one declines for all of the user: the other stops ringing, and the caller gets 603', async () => {
    const invite = await call();
    const [atDesk, atMobile] = await Promise.all([desk.request('INVITE'), mobile.request('INVITE')]);
    mobile.respond(atMobile, 180, 'Ringing', { toTag: newToken() });
    desk.respond(atDesk, 603, 'Decline', { toTag: newToken() });
    const cancel = await mobile.request('CANCEL');
    mobile.respond(cancel, 200, 'OK');
    mobile.respond(atMobile, 487, 'Request Terminated', { toTag: newToken() });
    const response = await caller.finalResponse(invite);
    caller.acknowledge(invite, response);
    expect(response.status).toBe(603);
    expect(await tenant.cdrOf(invite.callId)).toMatchObject({ result: 'declined' });
  });

  it('both are busy: the caller gets 486', async () => {
    const invite = await call();
    const [atDesk, atMobile] = await Promise.all([desk.request('INVITE'), mobile.request('INVITE')]);
    desk.respond(atDesk, 486, 'Busy Here', { toTag: newToken() });
    mobile.respond(atMobile, 486, 'Busy Here', { toTag: newToken() });
    const response = await caller.finalResponse(invite);
    caller.acknowledge(invite, response);
    expect(response.status).toBe(486);
  });
});
