import { silentLogger } from '@manyline/kernel';
import type { CallDetailRecord, LocalUser } from '@manyline/pbx';
import { type IncomingInvite, type InviteSession, parseMessage, type SipRequest, UserAgent } from '@manyline/sip';
import { buildLocalUser, buildTenant, FakeClock, type MemoryFlow, memoryLink, settled } from '@manyline/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { CallEngine } from './call-engine.ts';
import type { MediaPort } from './ports.ts';

const OFFER = [
  'v=0',
  'o=- 1 1 IN IP4 192.0.2.9',
  's=-',
  'c=IN IP4 192.0.2.9',
  't=0 0',
  'm=audio 4000 RTP/AVP 0 101',
  'a=rtpmap:101 telephone-event/8000',
  '',
].join('\r\n');

/** Stands for the media process: gives ports and remembers what it was told. */
class RecordingMedia implements MediaPort {
  readonly log: string[] = [];
  away = false;
  refusesAddresses = false;
  #port = 20_000;

  async openLegs(_sessionId: string, legIds: readonly string[]) {
    if (this.away) throw new Error('the media process is away');
    this.log.push(`open ${legIds.join(' ')}`);
    return legIds.map((legId) => {
      this.#port += 2;
      return { legId, rtpPort: this.#port, rtcpPort: this.#port + 1 };
    });
  }

  async updateLeg(
    _sessionId: string,
    legId: string,
    remote: { address: string; rtpPort: number } | null,
  ): Promise<void> {
    if (this.refusesAddresses) throw new Error('address refused');
    this.log.push(`update ${legId} ${remote === null ? 'none' : `${remote.address}:${remote.rtpPort}`}`);
  }

  async connectLegs(_sessionId: string, a: string, b: string): Promise<void> {
    this.log.push(`connect ${a} ${b}`);
  }

  async closeLegs(_sessionId: string, legIds: readonly string[]): Promise<[]> {
    this.log.push(`close ${legIds.join(' ')}`);
    return [];
  }

  async closeSession(): Promise<[]> {
    this.log.push('close session');
    return [];
  }
}

/** A phone in memory, wired to the server. */
class Phone {
  readonly userAgent: UserAgent;
  readonly serverFlow: MemoryFlow;
  readonly flow: MemoryFlow;
  readonly invites: IncomingInvite[] = [];
  readonly heard: string[] = [];
  session: InviteSession | undefined;
  answerBody = '';

  constructor(address: string) {
    [this.flow, this.serverFlow] = memoryLink(address, '192.0.2.1');
    this.userAgent = new UserAgent({
      clock,
      logger: silentLogger,
      contactFor: () => `<sip:phone@${address}>`,
      flowTo: () => {
        throw new Error('no other way is known');
      },
      onRequest: (request) => this.invites.push(this.userAgent.acceptInvite(request, this.flow)),
    });
    this.flow.onBytes = (bytes) => receive(this.userAgent, bytes, this.flow);
    this.serverFlow.onBytes = (bytes) => receive(server, bytes, this.serverFlow);
  }

  call(number: string, body = OFFER) {
    return this.userAgent.invite(
      {
        uri: `sip:${number}@acme.test`,
        flow: this.flow,
        from: '<sip:100@acme.test>',
        to: `<sip:${number}@acme.test>`,
        callId: `call-${number}`,
        headers: [],
        body: Buffer.from(body),
      },
      {
        onProgress: ({ statusCode }) => this.heard.push(String(statusCode)),
        onAnswered: (session, response) => {
          this.heard.push('answered');
          this.session = session;
          this.answerBody = response.body.toString();
        },
        onFailed: (statusCode) => this.heard.push(`failed ${statusCode}`),
      },
    );
  }
}

let clock: FakeClock;
let server: UserAgent;
let engine: CallEngine;
let media: RecordingMedia;
let records: CallDetailRecord[];
let alice: Phone;
let bobs: Phone[];
let users: LocalUser[];
let anonymous: boolean;

function receive(userAgent: UserAgent, bytes: Buffer, flow: MemoryFlow): void {
  const parsed = parseMessage(bytes);
  if (!parsed.ok) throw new Error(`${parsed.error.rule} in ${bytes.toString()}`);
  userAgent.transactions.receive(parsed.value, flow);
}

beforeEach(() => {
  clock = new FakeClock();
  media = new RecordingMedia();
  records = [];
  anonymous = false;
  users = [buildLocalUser('100', { displayName: 'Zoë "Z" Žižek' }), buildLocalUser('101')];
  server = new UserAgent({
    clock,
    logger: silentLogger,
    contactFor: (flow) => `<sip:${flow.localAddress}>`,
    flowTo: () => {
      throw new Error('no other way is known');
    },
    onRequest: (request: SipRequest, flow) => {
      const uri = request.requestUri;
      const called = uri.ok && 'user' in uri.value ? uri.value.user : '';
      void engine.handle({
        invite: server.acceptInvite(request, flow),
        tenant: buildTenant(users),
        caller: users[0]!,
        anonymous,
        called,
      });
    },
  });
  alice = new Phone('192.0.2.9');
  bobs = [new Phone('192.0.2.20'), new Phone('192.0.2.21')];
  engine = new CallEngine({
    clock,
    logger: silentLogger,
    userAgent: server,
    media,
    locations: {
      targetsOf: (_tenantId, { number }) =>
        number === '101'
          ? bobs.map((phone) => ({ uri: 'sip:bob@phone.invalid', flow: phone.serverFlow, route: [] }))
          : [],
    },
    observer: { started: () => {}, answered: () => {}, ended: (record) => records.push(record) },
  });
});

async function rounds(): Promise<void> {
  for (let i = 0; i < 5; i++) await settled();
}

describe('CallEngine', () => {
  it('rings all devices, connects the first to answer, cancels the other, and writes one record', async () => {
    alice.call('101');
    await rounds();
    for (const bob of bobs) bob.invites[0]!.progress(180);
    await rounds();
    bobs[1]!.invites[0]!.accept({
      body: Buffer.from(OFFER.replace('192.0.2.9', '192.0.2.21').replace('4000', '5000')),
    });
    await rounds();
    expect(alice.heard).toEqual(['180', 'answered']);
    expect(bobs[0]!.flow.startLines).toContain('SIP/2.0 487 Request Terminated');
    expect(alice.answerBody).toContain('c=IN IP4 192.0.2.1\r\n');
    expect(alice.answerBody).toContain('m=audio 20002 RTP/AVP 0 101\r\n');
    expect(media.log).toContain('connect leg0 leg2');

    clock.advance(61_000);
    alice.session!.bye();
    await rounds();
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({
      callId: 'call-101',
      caller: '100',
      called: '101',
      result: 'answered',
      releaseCause: 'normal-clearing',
      releasedBy: 'caller',
      durationSeconds: 61,
      reasons: [{ code: 'local-user' }],
    });
    expect(media.log.at(-1)).toBe('close session');
    expect([engine.size, server.sessionCount]).toEqual([0, 0]);
  });

  it('writes the caller into From as the tenant knows him, in UTF-8 and escaped', async () => {
    alice.call('101');
    await rounds();
    const from = Buffer.from(bobs[0]!.invites[0]!.request.headers.get('From')!, 'latin1').toString();
    expect(from).toMatch(/^"Zoë \\"Z\\" Žižek" <sip:100@acme.test>;tag=/);
  });

  it.each([
    [[486, 480], 486, 'busy', 'user-busy'],
    [[603, 0], 603, 'declined', 'call-declined'],
    [[404, 500], 480, 'unreachable', 'callee-failure'],
    [[488, 503], 488, 'failed', 'not-acceptable'],
    [[401, 407], 480, 'unreachable', 'callee-failure'],
  ])('answers %j of the devices with %i', async (statuses, expected, result, releaseCause) => {
    alice.call('101');
    await rounds();
    bobs.forEach((bob, index) => {
      if (statuses[index] !== 0) bob.invites[0]!.reject(statuses[index]!);
    });
    await rounds();
    expect(alice.heard).toEqual([`failed ${expected}`]);
    expect(records).toMatchObject([
      { result, releaseCause, sipStatus: expected, releasedBy: 'called', answeredAt: null },
    ]);
    expect(bobs.map((bob) => bob.flow.sent.join('').includes('Authorization'))).toEqual([false, false]);
  });

  it('gives up after the time the callee may ring', async () => {
    users[1] = buildLocalUser('101', { noAnswerSeconds: 7 });
    alice.call('101');
    await rounds();
    bobs[0]!.invites[0]!.progress(180);
    await rounds();
    clock.advance(7_000);
    await rounds();
    expect(alice.heard).toEqual(['180', 'failed 480']);
    expect(records).toMatchObject([{ result: 'no-answer', releaseCause: 'no-answer', releasedBy: 'server' }]);
    expect(bobs[0]!.flow.startLines).toContain('SIP/2.0 487 Request Terminated');
  });

  it('cancels all devices when the caller gives up', async () => {
    const outgoing = alice.call('101');
    await rounds();
    for (const bob of bobs) bob.invites[0]!.progress(180);
    await rounds();
    outgoing.cancel();
    await rounds();
    expect(records).toMatchObject([
      { result: 'cancelled', releaseCause: 'originator-cancel', releasedBy: 'caller', sipStatus: 487 },
    ]);
    for (const bob of bobs) expect(bob.flow.startLines).toContain('SIP/2.0 487 Request Terminated');
    expect([engine.size, server.sessionCount]).toEqual([0, 0]);
  });

  it.each([
    ['an unknown number', '999', OFFER, 404, 'unallocated-number'],
    ['a user without registration', '100', OFFER, 480, 'user-not-registered'],
    ['an offer of encryption only', '101', OFFER.replace('RTP/AVP', 'RTP/SAVP'), 488, 'not-acceptable'],
    ['a body that is no SDP', '101', 'hello', 400, 'not-acceptable'],
  ])('refuses %s and records it', async (_what, number, body, status, releaseCause) => {
    alice.call(number, body);
    await rounds();
    expect(alice.heard).toEqual([`failed ${status}`]);
    expect(records).toMatchObject([{ releaseCause, sipStatus: status }]);
  });

  it('answers 503 while the media process is away', async () => {
    media.away = true;
    alice.call('101');
    await rounds();
    expect(alice.heard).toEqual(['failed 503']);
    expect(alice.serverFlow.sent.at(-1)).toContain('Retry-After: ');
    expect(records).toMatchObject([{ result: 'failed', releaseCause: 'server-failure' }]);
  });

  it('carries hold from one party to the other and back', async () => {
    alice.call('101');
    await rounds();
    const bob = bobs[0]!;
    const session = bob.invites[0]!.accept({ body: Buffer.from(OFFER) });
    let offered = '';
    session.on('reoffer', (reoffer) => {
      offered = reoffer.offer!.toString();
      reoffer.accept(Buffer.from(`${OFFER}a=recvonly\r\n`));
    });
    await rounds();
    const outcome = await alice.session!.reinvite(Buffer.from(`${OFFER}a=sendonly\r\n`));
    expect(offered).toContain('a=sendonly');
    expect(offered).toContain('c=IN IP4 192.0.2.1');
    expect('body' in outcome && outcome.body.toString()).toContain('a=recvonly');
  });

  it('offers by itself when the INVITE has no SDP, and takes the answer from the ACK', async () => {
    alice.call('101', '');
    await rounds();
    expect(bobs[0]!.invites[0]!.request.body.toString()).toContain('m=audio 20004 RTP/AVP 0 8 9 101');
    bobs[0]!.invites[0]!.accept({ body: Buffer.from(OFFER) });
    await rounds();
    expect(alice.answerBody).toContain('m=audio 20002 RTP/AVP 0 101');
  });

  it('ends calls at the limit of their duration', async () => {
    users[0] = buildLocalUser('100', { maxDurationSeconds: 30 });
    alice.call('101');
    await rounds();
    bobs[0]!.invites[0]!.accept({ body: Buffer.from(OFFER) });
    await rounds();
    clock.advance(30_000);
    await rounds();
    expect(records).toMatchObject([
      { result: 'answered', releaseCause: 'max-duration', releasedBy: 'server', durationSeconds: 30 },
    ]);
    expect(alice.session!.ended).toBe(true);
  });

  it('refuses one call more than the limits allow', async () => {
    users[0] = buildLocalUser('100', { maxOutgoingCalls: 1 });
    alice.call('101');
    await rounds();
    alice.call('101', OFFER);
    await rounds();
    expect(alice.heard).toEqual(['failed 403']);
    expect(records).toMatchObject([{ result: 'rejected', releaseCause: 'limit-reached' }]);
  });

  it('stops: refuses new calls, ends the running one with BYE to both, writes its record', async () => {
    alice.call('101');
    await rounds();
    bobs[0]!.invites[0]!.accept({ body: Buffer.from(OFFER) });
    await rounds();
    const stopped = engine.stop(0);
    clock.advance(0);
    await rounds();
    await stopped;
    expect(alice.session!.ended).toBe(true);
    expect(bobs[0]!.invites[0]!.session.ended).toBe(true);
    expect(records).toMatchObject([{ result: 'answered', releaseCause: 'server-shutdown', releasedBy: 'server' }]);
    alice.call('101');
    await rounds();
    expect(alice.heard.at(-1)).toBe('failed 503');
  });

  it('hurries a stop that lets calls drain', async () => {
    alice.call('101');
    await rounds();
    bobs[0]!.invites[0]!.accept({ body: Buffer.from(OFFER) });
    await rounds();
    const stopped = engine.stop(600_000);
    clock.advance(60_000);
    await rounds();
    expect(engine.size).toBe(1);
    void engine.stop(0);
    clock.advance(0);
    await rounds();
    await stopped;
    expect(records).toMatchObject([{ releaseCause: 'server-shutdown', durationSeconds: 60 }]);
  });

  it('does not call it answered when the callee answers and hangs up at once', async () => {
    alice.call('101');
    await rounds();
    const session = bobs[0]!.invites[0]!.accept({ body: Buffer.from(OFFER) });
    session.bye();
    await rounds();
    clock.advance(500);
    await rounds();
    expect(alice.heard).toEqual(['failed 480']);
    expect(records).toMatchObject([
      { result: 'failed', releaseCause: 'callee-failure', answeredAt: null, sipStatus: 480 },
    ]);
  });

  it('lets ringing through after early media', async () => {
    bobs.pop();
    alice.call('101');
    await rounds();
    bobs[0]!.invites[0]!.progress(183, { body: Buffer.from(OFFER) });
    await rounds();
    bobs[0]!.invites[0]!.progress(180);
    await rounds();
    expect(alice.heard).toEqual(['183', '180']);
  });

  it('resumes by a re-INVITE without SDP: a fresh offer to one party, its answer to the other', async () => {
    alice.call('101');
    await rounds();
    const session = bobs[0]!.invites[0]!.accept({ body: Buffer.from(OFFER) });
    const offered: string[] = [];
    session.on('reoffer', (reoffer) => {
      offered.push(reoffer.offer!.toString());
      reoffer.accept(Buffer.from(`${OFFER}a=recvonly\r\n`));
    });
    await rounds();
    await alice.session!.reinvite(Buffer.from(`${OFFER}a=sendonly\r\n`));
    session.removeAllListeners();
    session.on('reoffer', (reoffer) => {
      offered.push(reoffer.offer!.toString());
      reoffer.accept(Buffer.from(OFFER));
    });
    const dialog = alice.session!.dialog;
    const request = dialog.createRequest('INVITE', [['Contact', '<sip:phone@192.0.2.9>']]);
    let ours = '';
    alice.userAgent.transactions.sendRequest(request, alice.flow, {
      onResponse: (response) => {
        if (!response.isSuccess) return;
        ours = response.body.toString();
        const ack = dialog.createAck(request.cseq.sequence, [['Content-Type', 'application/sdp']], Buffer.from(OFFER));
        alice.userAgent.transactions.sendAck(ack, alice.flow);
      },
      onTimeout: () => {},
      onTransportError: () => {},
    });
    await rounds();
    expect(ours).toContain('a=sendrecv');
    expect(offered[0]).toContain('a=sendonly');
    expect(offered[1]).toContain('a=sendrecv');
  });

  it('keeps the identity of an anonymous caller from the callee, not from the record', async () => {
    anonymous = true;
    alice.call('101');
    await rounds();
    const { headers } = bobs[0]!.invites[0]!.request;
    expect(headers.get('From')).toMatch(/^"Anonymous" <sip:anonymous@anonymous.invalid>;tag=/);
    expect(headers.get('Privacy')).toBe('id');
    expect(bobs[0]!.invites[0]!.request.toBytes().toString()).not.toContain('100@');
    bobs[0]!.invites[0]!.reject(603);
    await rounds();
    expect(records).toMatchObject([{ caller: '100' }]);
  });

  it('stops ringing when the connection of the caller is lost', async () => {
    alice.call('101');
    await rounds();
    bobs[0]!.invites[0]!.progress(180);
    await rounds();
    Object.assign(alice.serverFlow, { reliable: true });
    alice.serverFlow.close();
    server.flowClosed(alice.serverFlow);
    await rounds();
    expect(bobs[0]!.flow.startLines).toContain('SIP/2.0 487 Request Terminated');
    expect(records).toMatchObject([{ result: 'cancelled', releaseCause: 'network-failure', releasedBy: 'caller' }]);
  });

  it('answers 488 to a re-INVITE whose media may not go where it says', async () => {
    alice.call('101');
    await rounds();
    const session = bobs[0]!.invites[0]!.accept({ body: Buffer.from(OFFER) });
    session.on('reoffer', (reoffer) => reoffer.accept(Buffer.from(OFFER)));
    await rounds();
    media.refusesAddresses = true;
    expect(await alice.session!.reinvite(Buffer.from(OFFER))).toEqual({ statusCode: 488 });
    expect(alice.session!.ended).toBe(false);
  });
});
