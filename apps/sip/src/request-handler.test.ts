import type { RegistrationChange, RegistrationStore } from '@manyline/bus';
import { silentLogger } from '@manyline/kernel';
import type { LocalUser, TenantDirectoryEntry, TenantSnapshot } from '@manyline/pbx';
import { computeHa1, parseMessage, SipTransports, UserAgent } from '@manyline/sip';
import { createMetrics } from '@manyline/telemetry';
import {
  answerDigest,
  buildLocalUser,
  buildTenant,
  FakeClock,
  type MemoryFlow,
  memoryLink,
  settled,
} from '@manyline/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { Authenticator } from './authenticator.ts';
import { Locations } from './locations.ts';
import { RegisterHandler } from './register-handler.ts';
import { RequestHandler } from './request-handler.ts';
import { TenantDirectory } from './tenant-directory.ts';
import { createWorkerMetrics } from './worker-metrics.ts';

const PASSWORD = 'correct horse';

let clock: FakeClock;
let phone: MemoryFlow;
let answers: string[];
let called: string[];
let changes: RegistrationChange[];
let branch = 0;

function user(domain: string, number: string): LocalUser {
  const ha1 = (algorithm: 'MD5' | 'SHA-256'): string => computeHa1(algorithm, number, domain, PASSWORD);
  return buildLocalUser(number, { ha1: { MD5: ha1('MD5'), 'SHA-256': ha1('SHA-256') }, maxRegistrations: 1 });
}

function snapshotOf({ id, sipDomain }: TenantDirectoryEntry): TenantSnapshot {
  const users = ['100', '101'].map((number) => user(sipDomain, number));
  return buildTenant(users, { id, sipDomain });
}

beforeEach(async () => {
  clock = new FakeClock();
  answers = [];
  called = [];
  changes = [];
  const entries: TenantDirectoryEntry[] = [
    { id: 't1', sipDomain: 'acme.test', version: 1, suspended: false },
    { id: 't2', sipDomain: 'other.test', version: 1, suspended: false },
    { id: 't3', sipDomain: 'stopped.test', version: 1, suspended: true },
  ];
  const tenants = new TenantDirectory({
    clock,
    logger: silentLogger,
    loadEntries: async () => entries,
    loadSnapshot: async (id) => snapshotOf(entries.find((entry) => entry.id === id)!),
    onLoaded: () => {},
  });
  await tenants.open();
  const store = { enqueue: (change: RegistrationChange) => changes.push(change) } as unknown as RegistrationStore;
  const transports = new SipTransports({
    logger: silentLogger,
    handler: { onMessage() {}, onMalformed() {}, onFlowClosed() {}, onDiscard() {} },
  });
  const locations = new Locations({ clock, store, transports: () => transports });
  const server = new UserAgent({
    clock,
    logger: silentLogger,
    contactFor: () => '<sip:192.0.2.1>',
    flowTo: () => {
      throw new Error('no other way is known');
    },
    onRequest: (request, flow) => handler.handle(request, flow),
  });
  const handler = new RequestHandler({
    logger: silentLogger,
    userAgent: server,
    tenants,
    authenticator: new Authenticator(clock, Buffer.alloc(32, 1)),
    registrar: new RegisterHandler(clock, locations),
    calls: {
      handle: async ({ invite, tenant, caller, called: number }) => {
        called.push(`${tenant.sipDomain}: ${caller.number} to ${number}`);
        invite.reject(486);
      },
      refuse: ({ invite }, statusCode, headers) => invite.reject(statusCode, { headers }),
    },
    metrics: createWorkerMetrics(createMetrics('test'), { registrations: () => 0, calls: () => 0, tenants: () => 0 }),
    isOwnHost: (host) => host === '192.0.2.1',
  });
  const [near, far] = memoryLink('192.0.2.9', '192.0.2.1');
  phone = near;
  near.onBytes = (bytes) => answers.push(bytes.toString('latin1'));
  far.onBytes = (bytes) => {
    const parsed = parseMessage(bytes);
    if (parsed.ok) server.transactions.receive(parsed.value, far);
    else server.transactions.receiveMalformed(parsed.error, far);
  };
});

interface RequestOptions {
  uri?: string;
  from?: string;
  to?: string;
  headers?: string[];
}

function requestText(method: string, options: RequestOptions = {}): string {
  const { uri = 'sip:acme.test', from = 'sip:100@acme.test', to = 'sip:100@acme.test', headers = [] } = options;
  branch++;
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK${branch};rport`,
    'Max-Forwards: 70',
    `From: <${from}>;tag=t${branch}`,
    `To: <${to}>`,
    `Call-ID: call-${branch}`,
    `CSeq: ${branch} ${method}`,
    ...headers,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

/** The last answer's status and text. */
async function ask(text: string): Promise<[number, string]> {
  phone.send(Buffer.from(text, 'latin1'));
  for (let i = 0; i < 4; i++) await settled();
  const answer = answers.findLast((each) => !each.startsWith('SIP/2.0 100'))!;
  return [Number(answer.slice(8, 11)), answer];
}

/** Asks twice, the second time with the credentials that the challenge wants. */
async function askWith(
  password: string,
  method: string,
  options: RequestOptions = {},
  username = '100',
): Promise<[number, string]> {
  const [, challenge] = await ask(requestText(method, options));
  const header = /^WWW-Authenticate: (.*)$/m.exec(challenge)![1]!.trim();
  const authorization = answerDigest({
    challenge: header,
    username,
    password,
    method,
    uri: options.uri ?? 'sip:acme.test',
  });
  return ask(
    requestText(method, { ...options, headers: [...(options.headers ?? []), `Authorization: ${authorization}`] }),
  );
}

describe('RequestHandler', () => {
  it.each([
    ['an unknown domain', 'REGISTER', { uri: 'sip:nobody.test', to: 'sip:100@nobody.test' }, 404],
    ['a suspended tenant', 'REGISTER', { uri: 'sip:stopped.test', to: 'sip:100@stopped.test' }, 404],
    ['a call to another tenant', 'INVITE', { uri: 'sip:101@other.test' }, 404],
    ['a REGISTER whose To names another tenant', 'REGISTER', { to: 'sip:100@other.test' }, 404],
    ['an unknown URI scheme', 'INVITE', { uri: 'http://acme.test' }, 416],
    ['a request without credentials', 'INVITE', { uri: 'sip:101@acme.test' }, 401],
    ['an unknown method without credentials', 'FROB', {}, 401],
    ['OPTIONS at a tenant', 'OPTIONS', {}, 200],
    ['OPTIONS at the server itself', 'OPTIONS', { uri: 'sip:192.0.2.1' }, 200],
    ['OPTIONS elsewhere', 'OPTIONS', { uri: 'sip:nobody.test' }, 404],
    ['BYE without a dialog', 'BYE', { uri: 'sip:nobody.test' }, 481],
    ['INFO without a dialog', 'INFO', {}, 481],
  ])('answers %s', async (_what, method, options, status) => {
    expect((await ask(requestText(method, options)))[0]).toBe(status);
  });

  it('registers with the right password, and with no other', async () => {
    const options = { headers: ['Contact: <sip:100@192.0.2.9:5062>'] };
    expect((await askWith('wrong', 'REGISTER', options))[0]).toBe(401);
    expect(changes).toEqual([]);
    const [status, answer] = await askWith(PASSWORD, 'REGISTER', options);
    expect(status).toBe(200);
    expect(answer).toContain('Contact: <sip:100@192.0.2.9:5062>;expires=3600\r\n');
    expect(changes).toMatchObject([
      { type: 'put', registration: { tenantId: 't1', number: '100', sourceAddress: '192.0.2.9:5060' } },
    ]);
  });

  it('answers an unknown user as it answers a wrong password', async () => {
    const known = await askWith('wrong', 'REGISTER');
    const unknown = await askWith('wrong', 'REGISTER', { to: 'sip:777@acme.test', from: 'sip:777@acme.test' }, '777');
    const shape = (answer: string): string =>
      answer.replaceAll(/nonce="[^"]*"|\d{3}@|branch=\w+|tag=\w+|call-\d+|CSeq: \d+/g, '');
    expect(shape(unknown[1])).toBe(shape(known[1]));
  });

  it('refuses a repeated nonce count, and says stale to an old nonce', async () => {
    const [, challenge] = await ask(requestText('REGISTER'));
    const header = /^WWW-Authenticate: (.*)$/m.exec(challenge)![1]!.trim();
    const authorization = answerDigest({
      challenge: header,
      username: '100',
      password: PASSWORD,
      method: 'REGISTER',
      uri: 'sip:acme.test',
    });
    const again = (): Promise<[number, string]> =>
      ask(requestText('REGISTER', { headers: [`Authorization: ${authorization}`] }));
    expect((await again())[0]).toBe(200);
    const [replayed, answer] = await again();
    expect(replayed).toBe(401);
    expect(answer).not.toContain('stale=true');
    clock.advance(301_000);
    const [old, staleAnswer] = await again();
    expect(old).toBe(401);
    expect(staleAnswer).toContain('stale=true');
  });

  it('refuses to register another number, or a second phone beyond the limit', async () => {
    expect((await askWith(PASSWORD, 'REGISTER', { to: 'sip:101@acme.test' }))[0]).toBe(403);
    expect((await askWith(PASSWORD, 'REGISTER', { headers: ['Contact: <sip:a@192.0.2.9>'] }))[0]).toBe(200);
    expect((await askWith(PASSWORD, 'REGISTER', { headers: ['Contact: <sip:b@192.0.2.9>'] }))[0]).toBe(403);
  });

  it('passes a call on with the caller that the credentials prove', async () => {
    expect((await askWith(PASSWORD, 'INVITE', { uri: 'sip:*90%23@acme.test' }))[0]).toBe(486);
    expect(called).toEqual(['acme.test: 100 to *90#']);
  });

  it.each([
    ['a From of another user', 'INVITE', { uri: 'sip:101@acme.test', from: 'sip:101@acme.test' }, 403],
    ['a required extension', 'INVITE', { uri: 'sip:101@acme.test', headers: ['Require: 100rel'] }, 420],
    ['a known method that is not served', 'SUBSCRIBE', { uri: 'sip:101@acme.test' }, 405],
    ['an unknown method', 'FROB', { uri: 'sip:101@acme.test' }, 501],
  ])('refuses %s after the credentials', async (_what, method, options, status) => {
    expect((await askWith(PASSWORD, method, options))[0]).toBe(status);
    expect(called).toEqual([]);
  });

  it('answers repetitions that come while the tenant is being loaded once', async () => {
    const text = requestText('REGISTER');
    phone.send(Buffer.from(text));
    phone.send(Buffer.from(text));
    for (let i = 0; i < 4; i++) await settled();
    expect(answers).toHaveLength(1);
  });

  it('refuses a Contact that cannot be rung', async () => {
    for (const contact of ['<http://192.0.2.9>', '<tel:+15551234>', '<mailto:a@b.test>']) {
      expect((await askWith(PASSWORD, 'REGISTER', { headers: [`Contact: ${contact}`] }))[0]).toBe(400);
    }
  });

  it('reads a dialled name as UTF-8', async () => {
    await askWith(PASSWORD, 'INVITE', { uri: 'sip:z%C3%BCrich@acme.test' });
    expect(called).toEqual(['acme.test: 100 to zürich']);
  });

  it('takes a CANCEL that comes while the tenant is being loaded', async () => {
    const invite = requestText('INVITE', { uri: 'sip:101@acme.test' });
    const cancel = invite.replace(/^INVITE/, 'CANCEL').replace(/CSeq: (\d+) INVITE/, 'CSeq: $1 CANCEL');
    phone.send(Buffer.from(invite));
    phone.send(Buffer.from(cancel));
    for (let i = 0; i < 4; i++) await settled();
    expect(answers.map((answer) => answer.slice(8, 11))).toEqual(['100', '200', '487']);
    expect(called).toEqual([]);
  });

  it('challenges an INVITE that had to wait for its tenant', async () => {
    const [status, answer] = await ask(requestText('INVITE', { uri: 'sip:101@acme.test' }));
    expect(status).toBe(401);
    expect(answer).toContain('WWW-Authenticate: Digest');
  });
});
