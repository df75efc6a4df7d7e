import { describe, expect, it } from 'vitest';
import { SipRequest } from './sip-request.ts';
import { SipResponse } from './sip-response.ts';

function invite(to = '<sip:1002@acme.example.com>', method = 'INVITE'): SipRequest {
  return SipRequest.create({
    method,
    uri: 'sip:1002@acme.example.com',
    headers: [
      ['Record-Route', '<sip:edge;lr>'],
      ['Via', 'SIP/2.0/UDP p;branch=z9hG4bK2'],
      ['Via', 'SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK1'],
      ['Timestamp', '54'],
      ['From', '"A" <sip:1001@acme.example.com>;tag=a'],
      ['To', to],
      ['Call-ID', 'c1'],
      ['CSeq', `5 ${method}`],
      ['Subject', 'not copied'],
    ],
  });
}

describe('SipResponse.create', () => {
  it('copies what RFC 3261 §8.2.6.2 says, and Record-Route where a dialog forms', () => {
    const response = SipResponse.create(invite(), 200, {
      toTag: 'b',
      headers: [['Contact', '<sip:1002@192.0.2.20>']],
      body: Buffer.from('v=0'),
    });
    expect(response.toBytes().toString().split('\r\n')).toEqual([
      'SIP/2.0 200 OK',
      'Via: SIP/2.0/UDP p;branch=z9hG4bK2',
      'Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK1',
      'Record-Route: <sip:edge;lr>',
      'From: "A" <sip:1001@acme.example.com>;tag=a',
      'To: <sip:1002@acme.example.com>;tag=b',
      'Call-ID: c1',
      'CSeq: 5 INVITE',
      'Contact: <sip:1002@192.0.2.20>',
      'Content-Length: 3',
      '',
      'v=0',
    ]);
  });

  it('puts Timestamp but no tag and no Record-Route into a 100', () => {
    const response = SipResponse.create(invite(), 100, { toTag: 'b' });
    expect(response.toTag).toBe('');
    expect(response.headers.get('Timestamp')).toBe('54');
    expect(response.headers.has('Record-Route')).toBe(false);
  });

  it('keeps a To tag that is there', () => {
    expect(SipResponse.create(invite('<sip:1002@acme.example.com>;tag=old'), 200, { toTag: 'new' }).toTag).toBe('old');
  });

  it('sends no Record-Route in a refusal, nor outside dialog-forming methods', () => {
    expect(SipResponse.create(invite(), 404).headers.has('Record-Route')).toBe(false);
    expect(SipResponse.create(invite(undefined, 'REGISTER'), 200).headers.has('Record-Route')).toBe(false);
  });

  it('derives one and the same tag for every retransmission (RFC 3261 §8.2.7)', () => {
    const [first, second] = [SipResponse.create(invite(), 401), SipResponse.create(invite(), 401)];
    expect(first.toTag).toMatch(/^[0-9a-f]{16}$/);
    expect(second.toTag).toBe(first.toTag);
    expect(SipResponse.create(invite(undefined, 'OPTIONS'), 401).toTag).not.toBe(first.toTag);
  });

  it('classifies status codes and finds their phrase', () => {
    const facts = (status: number) => {
      const { isProvisional, isFinal, isSuccess, reasonPhrase } = SipResponse.create(invite(), status);
      return [isProvisional, isFinal, isSuccess, reasonPhrase];
    };
    expect(facts(180)).toEqual([true, false, false, 'Ringing']);
    expect(facts(200)).toEqual([false, true, true, 'OK']);
    expect(facts(486)).toEqual([false, true, false, 'Busy Here']);
    expect(facts(499)).toEqual([false, true, false, 'Bad Request']);
  });

  it('lets no line break in by tag or phrase', () => {
    const response = SipResponse.create(invite(), 486, { toTag: 'x\r\nY: z', reasonPhrase: 'No\r\nWay' });
    expect(response.toBytes().toString()).toMatch(/^SIP\/2\.0 486 No {2}Way\r\n/);
    expect(response.headers.has('Y')).toBe(false);
    expect(response.toBytes().toString().split('\r\n')).toHaveLength(10);
  });
});
