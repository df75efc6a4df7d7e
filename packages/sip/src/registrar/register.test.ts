import { describe, expect, it } from 'vitest';
import { SipRequest } from '../message/index.ts';
import { type Binding, DEFAULT_REGISTRAR_LIMITS, judgeRegister } from './register.ts';

const NOW = 1_700_000_000_000;

function register(
  contacts: readonly string[],
  extra: readonly [string, string][] = [],
  cseq = 2,
  callId = 'call-1',
): SipRequest {
  return SipRequest.create({
    method: 'REGISTER',
    uri: 'sip:acme.test',
    headers: [
      ['Via', 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1'],
      ['From', '<sip:100@acme.test>;tag=a'],
      ['To', '<sip:100@acme.test>'],
      ['Call-ID', callId],
      ['CSeq', `${cseq} REGISTER`],
      ...contacts.map((contact): [string, string] => ['Contact', contact]),
      ...extra,
    ],
  });
}

function binding(contact: string, more: Partial<Binding> = {}): Binding {
  return { contact, instanceId: '', callId: 'call-1', cseq: 1, q: 1000, expiresAt: NOW + 60_000, ...more };
}

function judge(request: SipRequest, current: readonly Binding[] = [], maxBindings = 3) {
  return judgeRegister(request, current, NOW, { ...DEFAULT_REGISTRAR_LIMITS, maxBindings });
}

describe('judgeRegister', () => {
  it('takes the expiry from the Contact, else from Expires, else the default', () => {
    const verdict = judge(register(['<sip:a@192.0.2.1>;expires=120', '<sip:b@192.0.2.1>'], [['Expires', '600']]));
    const plain = judge(register(['<sip:a@192.0.2.1>']));
    expect(verdict.kind === 'accepted' && verdict.wanted.map(({ expiresAt }) => (expiresAt - NOW) / 1000)).toEqual([
      120, 600,
    ]);
    expect(plain.kind === 'accepted' && (plain.wanted[0]!.expiresAt - NOW) / 1000).toBe(3600);
  });

  it('shortens an expiry beyond the maximum, and never lets a huge one wrap', () => {
    const verdict = judge(register(['<sip:a@192.0.2.1>;expires=4294967295']));
    expect(verdict.kind === 'accepted' && (verdict.wanted[0]!.expiresAt - NOW) / 1000).toBe(3600);
  });

  it('refuses an expiry between 1 and the minimum with 423', () => {
    expect(judge(register(['<sip:a@192.0.2.1>;expires=59']))).toMatchObject({ kind: 'refused', statusCode: 423 });
    expect(judge(register(['<sip:a@192.0.2.1>;expires=60']))).toMatchObject({ kind: 'accepted' });
  });

  it('replaces the binding of the same Contact URI, whatever the case of the host', () => {
    const current = binding('sip:a@PHONE.example.com:5062');
    const verdict = judge(register(['<sip:a@phone.example.com:5062>']), [current]);
    expect(verdict.kind === 'accepted' && verdict.wanted[0]!.replaces).toBe(current);
  });

  it('replaces the binding of the same instance at another address (RFC 5626)', () => {
    const current = binding('sip:a@192.0.2.1:1111', {
      instanceId: '<urn:uuid:1>',
      callId: 'before the reboot',
      cseq: 99,
    });
    const verdict = judge(register(['<sip:a@192.0.2.1:2222>;+sip.instance="<urn:uuid:1>"']), [current], 1);
    expect(verdict.kind === 'accepted' && verdict.wanted[0]!.replaces).toBe(current);
  });

  it('removes by expires=0, and all of them by *', () => {
    const current = [binding('sip:a@192.0.2.1'), binding('sip:b@192.0.2.1')];
    expect(judge(register(['<sip:a@192.0.2.1>;expires=0']), current)).toMatchObject({
      removed: [current[0]],
      wanted: [],
    });
    expect(judge(register(['*'], [['Expires', '0']]), current)).toMatchObject({ removed: current });
  });

  it('refuses * without Expires: 0 (RFC 3261 §10.3 step 6)', () => {
    expect(judge(register(['*']))).toMatchObject({ kind: 'refused', statusCode: 400 });
    expect(judge(register(['*'], [['Expires', '60']]))).toMatchObject({ kind: 'refused', statusCode: 400 });
  });

  it('refuses a CSeq that is not higher for the same Call-ID, and changes nothing', () => {
    const current = [binding('sip:a@192.0.2.1', { cseq: 2 })];
    expect(judge(register(['<sip:b@192.0.2.1>', '<sip:a@192.0.2.1>']), current)).toMatchObject({
      kind: 'refused',
      statusCode: 500,
    });
  });

  it('refuses one binding more than the user may have, but not a refresh', () => {
    const current = [binding('sip:a@192.0.2.1'), binding('sip:b@192.0.2.1')];
    expect(judge(register(['<sip:c@192.0.2.1>']), current, 2)).toMatchObject({ kind: 'refused', statusCode: 403 });
    expect(judge(register(['<sip:b@192.0.2.1>']), current, 2)).toMatchObject({ kind: 'accepted' });
  });

  it('takes a request without Contact as a question', () => {
    expect(judge(register([]), [binding('sip:a@192.0.2.1')])).toEqual({ kind: 'accepted', wanted: [], removed: [] });
  });

  it('reads q, and takes a malformed one as 1', () => {
    const verdict = judge(register(['<sip:a@192.0.2.1>;q=0.25', '<sip:b@192.0.2.1>;q=7']));
    expect(verdict.kind === 'accepted' && verdict.wanted.map(({ q }) => q)).toEqual([250, 1000]);
  });
});
