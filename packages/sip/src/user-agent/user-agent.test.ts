import { silentLogger } from '@manyline/kernel';
import { FakeClock, type MemoryFlow, memoryLink, settled } from '@manyline/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { parseMessage, type SipRequest, SipResponse } from '../message/index.ts';
import type { IncomingInvite } from './incoming-invite.ts';
import type { InviteSession } from './invite-session.ts';
import type { Invitation, OutgoingInvite } from './outgoing-invite.ts';
import { UserAgent } from './user-agent.ts';

const SDP = Buffer.from('v=0\r\n');

let clock: FakeClock;
let caller: UserAgent;
let callee: UserAgent;
let callerFlow: MemoryFlow;
let calleeFlow: MemoryFlow;
let incoming: IncomingInvite[];
/** What the caller heard, in order. */
let heard: string[];
let answered: InviteSession | undefined;

function agent(onRequest: (request: SipRequest) => void): UserAgent {
  return new UserAgent({
    clock,
    logger: silentLogger,
    contactFor: (flow) => `<sip:${flow.localAddress}>`,
    flowTo: ({ address, port }) => {
      throw new Error(`nothing is at ${address}:${port}`);
    },
    onRequest,
  });
}

function attach(flow: MemoryFlow, user: UserAgent): void {
  flow.onBytes = (bytes) => {
    const parsed = parseMessage(bytes);
    if (!parsed.ok) throw new Error(`${parsed.error.rule}: ${bytes.toString()}`);
    user.transactions.receive(parsed.value, flow);
  };
}

beforeEach(() => {
  clock = new FakeClock();
  [callerFlow, calleeFlow] = memoryLink('192.0.2.1', '192.0.2.2');
  incoming = [];
  heard = [];
  answered = undefined;
  caller = agent(() => {});
  callee = agent((request) => {
    if (request.method === 'INVITE') incoming.push(callee.acceptInvite(request, calleeFlow));
  });
  attach(callerFlow, caller);
  attach(calleeFlow, callee);
});

function invite(): OutgoingInvite {
  const invitation: Invitation = {
    uri: 'sip:bob@192.0.2.2',
    flow: callerFlow,
    from: '<sip:alice@example.com>',
    to: '<sip:bob@example.com>',
    callId: 'call-1',
    headers: [],
    body: SDP,
  };
  return caller.invite(invitation, {
    onProgress: (response) => heard.push(String(response.statusCode)),
    onAnswered: (session) => {
      heard.push('answered');
      answered = session;
    },
    onFailed: (statusCode) => heard.push(`failed ${statusCode}`),
  });
}

/** A call that is up: the caller's session and the callee's. */
async function establish(): Promise<[InviteSession, InviteSession]> {
  invite();
  await settled();
  incoming[0]!.accept({ body: SDP });
  await settled();
  return [answered!, incoming[0]!.session];
}

describe('UserAgent', () => {
  it('sets a call up and ends it, and keeps nothing', async () => {
    invite();
    await settled();
    incoming[0]!.progress(180);
    await settled();
    incoming[0]!.accept({ body: SDP });
    await settled();
    expect(heard).toEqual(['180', 'answered']);
    const ends: string[] = [];
    incoming[0]!.session.on('ended', (end) => ends.push(end));
    answered!.bye();
    await settled();
    expect(ends).toEqual(['peer-bye']);
    expect([caller.sessionCount, callee.sessionCount]).toEqual([0, 0]);
    clock.advance(64_000);
    expect([caller.transactions.size, callee.transactions.size]).toEqual([0, 0]);
  });

  it('cancels a ringing call: 487 for the caller, onCancel for the callee', async () => {
    const outgoing = invite();
    await settled();
    incoming[0]!.progress(180);
    await settled();
    let cancelled = false;
    incoming[0]!.onCancel = () => {
      cancelled = true;
    };
    outgoing.cancel();
    await settled();
    expect(cancelled).toBe(true);
    expect(heard).toEqual(['180', 'failed 487']);
    expect(calleeFlow.startLines).toContain('SIP/2.0 487 Request Terminated');
    expect([caller.sessionCount, callee.sessionCount]).toEqual([0, 0]);
  });

  it('acknowledges a 2xx that crossed its CANCEL and ends it with BYE', async () => {
    const outgoing = invite();
    await settled();
    incoming[0]!.progress(180);
    await settled();
    callerFlow.passes = (text) => !text.startsWith('CANCEL');
    outgoing.cancel();
    incoming[0]!.accept({ body: SDP });
    await settled();
    expect(heard).toEqual(['180', 'failed 487']);
    expect(callerFlow.startLines.filter((line) => /^(ACK|BYE)/.test(line))).toHaveLength(2);
    expect([caller.sessionCount, callee.sessionCount]).toEqual([0, 0]);
  });

  it('repeats its 2xx until the ACK, and acknowledges each repetition (RFC 3261 §13.3.1.4)', async () => {
    invite();
    await settled();
    callerFlow.passes = (text) => !text.startsWith('ACK');
    incoming[0]!.accept({ body: SDP });
    await settled();
    clock.advance(500);
    await settled();
    callerFlow.passes = () => true;
    clock.advance(1000);
    await settled();
    const acks = callerFlow.startLines.filter((line) => line.startsWith('ACK'));
    clock.advance(10_000);
    await settled();
    expect(acks).toHaveLength(3);
    expect(calleeFlow.startLines.filter((line) => line === 'SIP/2.0 200 OK')).toHaveLength(3);
  });

  it('ends a session whose 2xx is never acknowledged, with BYE', async () => {
    invite();
    await settled();
    const ends: string[] = [];
    incoming[0]!.session.on('ended', (end) => ends.push(end));
    callerFlow.passes = (text) => !text.startsWith('ACK');
    incoming[0]!.accept({ body: SDP });
    await settled();
    clock.advance(32_000);
    await settled();
    expect(ends).toEqual(['ack-timeout']);
    expect(calleeFlow.startLines.some((line) => line.startsWith('BYE'))).toBe(true);
  });

  it('holds its BYE back until the ACK (RFC 3261 §15)', async () => {
    invite();
    await settled();
    callerFlow.passes = (text) => !text.startsWith('ACK');
    const session = incoming[0]!.accept({ body: SDP });
    session.bye();
    await settled();
    expect(calleeFlow.startLines.some((line) => line.startsWith('BYE'))).toBe(false);
    callerFlow.passes = () => true;
    clock.advance(500);
    await settled();
    expect(calleeFlow.startLines.some((line) => line.startsWith('BYE'))).toBe(true);
    expect([caller.sessionCount, callee.sessionCount]).toEqual([0, 0]);
  });

  it.each(['INFO', 'UPDATE', 'MESSAGE', 'OPTIONS'])('answers a keep-alive %s in a dialog with 200', async (method) => {
    const [callerSession] = await establish();
    const request = callerSession.dialog.createRequest(method);
    const statuses: number[] = [];
    caller.transactions.sendRequest(request, callerFlow, {
      onResponse: (response) => statuses.push(response.statusCode),
      onTimeout: () => {},
      onTransportError: () => {},
    });
    await settled();
    expect(statuses).toEqual([200]);
  });

  it('answers 481 to a request of an unknown dialog, and 500 to one out of order', async () => {
    const [callerSession] = await establish();
    callerSession.dialog.createRequest('INFO');
    const late = callerSession.dialog.createRequest('INFO');
    const early = callerSession.dialog.createRequest('INFO');
    early.headers.set('CSeq', '1 INFO');
    const stranger = callerSession.dialog.createRequest('INFO');
    stranger.headers.set('To', '<sip:bob@example.com>;tag=unknown');
    const statuses: number[] = [];
    for (const request of [late, early, stranger]) {
      caller.transactions.sendRequest(request, callerFlow, {
        onResponse: (response) => statuses.push(response.statusCode),
        onTimeout: () => {},
        onTransportError: () => {},
      });
    }
    await settled();
    expect(statuses).toEqual([200, 500, 481]);
  });

  it('carries a re-INVITE, and answers 491 when both offer at once (RFC 3261 §14)', async () => {
    const [callerSession, calleeSession] = await establish();
    calleeSession.on('reoffer', (reoffer) => reoffer.accept(Buffer.from('answer')));
    const outcome = await callerSession.reinvite(Buffer.from('offer'));
    expect('body' in outcome && outcome.body.toString()).toBe('answer');

    const [first, second] = await Promise.all([callerSession.reinvite(SDP), calleeSession.reinvite(SDP)]);
    expect([first, second]).toEqual([{ statusCode: 491 }, { statusCode: 491 }]);
    expect(callerSession.ended || calleeSession.ended).toBe(false);
  });

  it('gives 2xx of several forks an ACK each, keeps the first and ends the others', async () => {
    invite();
    await settled();
    const request = incoming[0]!.request;
    for (const toTag of ['fork1', 'fork2']) {
      const headers: [string, string][] = [['Contact', `<sip:${toTag}@192.0.2.2>`]];
      calleeFlow.send(SipResponse.create(request, 200, { toTag, headers, body: SDP }).toBytes());
    }
    await settled();
    expect(heard).toEqual(['answered']);
    expect(answered!.dialog.remoteTag).toBe('fork1');
    expect(callerFlow.startLines.slice(1)).toEqual([
      'ACK sip:fork1@192.0.2.2 SIP/2.0',
      'ACK sip:fork2@192.0.2.2 SIP/2.0',
      'BYE sip:fork2@192.0.2.2 SIP/2.0',
    ]);
  });

  it('takes a BYE to an early dialog as the end of the INVITE', async () => {
    invite();
    await settled();
    incoming[0]!.progress(180);
    await settled();
    let cancelled = false;
    incoming[0]!.onCancel = () => {
      cancelled = true;
    };
    const toTag = /^To:.*tag=(\w+)/m.exec(calleeFlow.sent.at(-1)!)![1];
    const bye = incoming[0]!.request.toBytes().toString('latin1');
    callerFlow.send(
      Buffer.from(
        bye
          .replace(/^INVITE/, 'BYE')
          .replace('1 INVITE', '2 BYE')
          .replace(/branch=\w+/, 'branch=z9hG4bKbye')
          .replace(/^To: [^\r]*/m, `To: <sip:bob@example.com>;tag=${toTag}`),
        'latin1',
      ),
    );
    await settled();
    expect(cancelled).toBe(true);
    expect(heard).toEqual(['180', 'failed 487']);
  });

  it('gives up a re-INVITE that gets provisional responses only', async () => {
    const [callerSession, calleeSession] = await establish();
    calleeSession.on('reoffer', () => {});
    const outcome = callerSession.reinvite(SDP);
    await settled();
    const request = parseMessage(Buffer.from(callerFlow.sent.findLast((text) => text.startsWith('INVITE'))!, 'latin1'));
    if (!request.ok || request.value instanceof SipResponse) throw new Error('no re-INVITE was sent');
    calleeFlow.send(SipResponse.create(request.value, 100).toBytes());
    await settled();
    clock.advance(32_000);
    expect(await outcome).toEqual({ statusCode: 408 });
    await settled();
    expect(callerFlow.startLines.some((line) => line.startsWith('CANCEL'))).toBe(true);
    clock.advance(64_000);
    expect(caller.transactions.size).toBe(0);
  });

  it('leaves no re-INVITE behind when the session ends', async () => {
    const [callerSession, calleeSession] = await establish();
    calleeSession.on('reoffer', () => {});
    const outcome = callerSession.reinvite(SDP);
    await settled();
    callerSession.bye();
    expect(await outcome).toEqual({ statusCode: 408 });
    await settled();
    clock.advance(128_000);
    await settled();
    expect(caller.transactions.size).toBe(0);
  });
});
