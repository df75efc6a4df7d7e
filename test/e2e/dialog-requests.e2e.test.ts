import {
  ManylineProcess,
  newToken,
  openProbe,
  ProbeAudio,
  ProbeDialog,
  type ProbeMessage,
  probeSdp,
  type SipProbe,
  TestTenant,
} from '@manyline/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const CALLER_VOICE = 10;
const CALLED_VOICE = 20;

describe('requests in a call', () => {
  let manyline: ManylineProcess;
  let tenant: TestTenant;
  let caller: SipProbe;
  let called: SipProbe;
  let dialog: ProbeDialog;
  let calledDialog: ProbeDialog;
  let callerAudio: ProbeAudio;
  let calledAudio: ProbeAudio;
  let invite: ProbeMessage;
  let answer: ProbeMessage;

  beforeAll(async () => {
    manyline = await ManylineProcess.start();
    tenant = await TestTenant.signUp(manyline.http, ['100', '101']);
    caller = await openProbe(manyline, tenant.account('100'));
    called = await openProbe(manyline, tenant.account('101'));
    await Promise.all([caller.register(), called.register()]);
    callerAudio = await ProbeAudio.open(CALLER_VOICE);
    calledAudio = await ProbeAudio.open(CALLED_VOICE);
    invite = await caller.sendAuthenticated({
      method: 'INVITE',
      uri: `sip:101@${tenant.domain}`,
      body: probeSdp(callerAudio.port),
    });
    const incoming = await called.request('INVITE');
    const toTag = newToken();
    called.respond(incoming, 200, 'OK', { toTag, body: probeSdp(calledAudio.port) });
    answer = await caller.finalResponse(invite);
    dialog = ProbeDialog.asCaller(caller, invite, answer);
    dialog.acknowledge();
    callerAudio.talkTo(answer.body);
    calledAudio.talkTo(incoming.body);
    await called.request('ACK');
    calledDialog = ProbeDialog.asCalled(called, incoming, toTag);
  });

  afterAll(async () => {
    callerAudio?.close();
    calledAudio?.close();
    caller?.close();
    called?.close();
    await manyline?.stop();
  });

  it('both voices are heard on the other side, and nobody hears himself', async () => {
    await Promise.all([callerAudio.waitHears(CALLED_VOICE), calledAudio.waitHears(CALLER_VOICE)]);
    expect(callerAudio.heard(CALLER_VOICE)).toBe(0);
    expect(calledAudio.heard(CALLED_VOICE)).toBe(0);
  });

  it.each(['INFO', 'UPDATE', 'MESSAGE'])(
    '%s without SDP is answered 200 to both sides, and not passed on',
    async (method) => {
      expect((await dialog.transact(method)).status).toBe(200);
      expect((await calledDialog.transact(method)).status).toBe(200);
      expect(called.take((message) => message.method === method)).toBeUndefined();
      expect(caller.take((message) => message.method === method)).toBeUndefined();
    },
  );

  it.each(['INFO', 'UPDATE', 'MESSAGE', 'BYE'])('%s in no dialog of ours is 481', async (method) => {
    const uri = `sip:101@${tenant.domain}`;
    const response = await caller.transact({ method, uri, to: `<${uri}>;tag=${newToken()}` });
    expect(response.status).toBe(481);
  });

  it('a re-INVITE puts on hold and takes back, through to the other phone, and both are heard again', async () => {
    for (const [direction, seen] of [
      ['sendonly', /a=sendonly|a=inactive/],
      ['sendrecv', /a=sendrecv/],
    ] as const) {
      const reinvite = dialog.send('INVITE', { body: probeSdp(callerAudio.port, direction), contact: caller.contact });
      const incoming = await called.request('INVITE');
      expect(incoming.body).toMatch(seen);
      expect(incoming.tagOf('To')).not.toBe('');
      called.respond(incoming, 200, 'OK', { body: probeSdp(calledAudio.port) });
      const response = await caller.finalResponse(reinvite);
      expect(response.status).toBe(200);
      expect(response.body).toMatch(/^m=audio [1-9]\d* /m);
      dialog.acknowledge();
      await called.request('ACK');
    }
    await Promise.all([callerAudio.waitHears(CALLED_VOICE), calledAudio.waitHears(CALLER_VOICE)]);
  });

  it('OPTIONS in the call is answered', async () => {
    expect((await dialog.transact('OPTIONS')).status).toBe(200);
  });

  it('a CSeq that goes back is refused with 500', async () => {
    const stale = ProbeDialog.asCaller(caller, invite, answer);
    expect((await stale.transact('INFO')).status).toBe(500);
  });

  it('BYE of the called phone ends the call for the caller', async () => {
    const bye = calledDialog.send('BYE');
    caller.respond(await caller.request('BYE'), 200, 'OK');
    expect((await called.finalResponse(bye)).status).toBe(200);
    expect(await tenant.cdrOf(dialog.callId)).toMatchObject({ result: 'answered', releasedBy: 'called' });
    expect((await dialog.transact('INFO')).status).toBe(481);
  });
});
