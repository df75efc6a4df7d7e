import { describe, expect, it } from 'vitest';
import { parseMessage } from './parse-message.ts';
import { SipRequest } from './sip-request.ts';

function requestWith(fields: [string, string][]): SipRequest {
  return SipRequest.create({ method: 'INVITE', uri: 'sip:1002@acme.example.com', headers: fields });
}

const branches = (request: SipRequest) => request.vias.map((via) => via.branch);

describe('SipMessage', () => {
  it('adds, replaces and removes the top Via, also when several share a line', () => {
    const request = requestWith([
      ['Via', 'SIP/2.0/UDP a;branch=1, SIP/2.0/UDP b;branch=2'],
      ['Via', 'SIP/2.0/UDP c;branch=3'],
    ]);
    request.addVia('SIP/2.0/UDP d;branch=0');
    expect(branches(request)).toEqual(['0', '1', '2', '3']);
    request.removeTopVia();
    request.replaceTopVia('SIP/2.0/UDP a;branch=1x');
    expect(branches(request)).toEqual(['1x', '2', '3']);
    request.removeTopVia();
    request.removeTopVia();
    expect(branches(request)).toEqual(['3']);
    request.removeTopVia();
    expect(request.topVia).toMatchObject({ host: '', branch: '' });
  });

  it('reads a field anew when it changes', () => {
    const request = requestWith([['From', '<sip:a@b>;tag=1']]);
    expect(request.fromTag).toBe('1');
    request.headers.set('From', '<sip:a@b>;tag=2');
    expect(request.fromTag).toBe('2');
    request.headers.remove('From');
    expect(request.fromTag).toBe('');
  });

  it('reads a field of a parsed message anew when it changes, at whatever place', () => {
    const bytes = requestWith([
      ['Via', 'SIP/2.0/UDP a;branch=1'],
      ['From', '<sip:a@b>;tag=1'],
      ['To', '<sip:b>'],
      ['Call-ID', 'c'],
      ['CSeq', '1 INVITE'],
    ]).toBytes();
    const parsed = parseMessage(bytes);
    if (!parsed.ok) throw new Error(parsed.error.rule);
    const message = parsed.value;
    message.headers.set('From', '<sip:a@b>;tag=2');
    expect(message.fromTag).toBe('2');
    message.replaceTopVia('SIP/2.0/UDP a;branch=2');
    expect(message.topVia.branch).toBe('2');
    message.addVia('SIP/2.0/UDP b;branch=3');
    expect(message.vias.map((via) => via.branch)).toEqual(['3', '2']);
    expect([message.fromTag, message.callId, message.cseq.sequence]).toEqual(['2', 'c', 1]);
  });

  it('reads route sets over several lines', () => {
    const request = requestWith([
      ['Record-Route', '<sip:p2;lr>, <sip:p1;lr>'],
      ['Record-Route', '<sip:p0;lr>'],
      ['Route', '<sip:edge;lr>'],
    ]);
    expect(request.recordRoutes.map((route) => route.uri)).toEqual(['sip:p2;lr', 'sip:p1;lr', 'sip:p0;lr']);
    expect(request.routes[0]?.parsedUri).toMatchObject({ host: 'edge' });
  });

  it('reads scalars strictly', () => {
    const request = requestWith([
      ['Max-Forwards', '+5'],
      ['Expires', '99999999999999999999'],
      ['Content-Type', 'Application / SDP ; charset=utf-8'],
    ]);
    expect(request.maxForwards).toBeUndefined();
    expect(request.expires).toBe(2 ** 32 - 1);
    expect(request.contentType).toBe('application/sdp');
  });

  it('reads empty where fields are missing or malformed, and never throws', () => {
    const request = requestWith([
      ['From', '<<<'],
      ['Via', ',,'],
      ['Contact', '"'],
      ['CSeq', '-1 X'],
    ]);
    expect([request.callId, request.from.uri, request.to.uri, request.topVia.host]).toEqual(['', '', '', '']);
    expect(request.cseq).toEqual({ sequence: 0, method: '' });
    expect(request.contacts).toEqual([]);
    expect(request.contactIsWildcard).toBe(false);
  });

  it('follows a changed Request-URI', () => {
    const request = requestWith([]);
    expect(request.requestUri).toMatchObject({ ok: true, value: { user: '1002' } });
    request.uri = 'sip:1003@acme.example.com';
    expect(request.requestUri).toMatchObject({ ok: true, value: { user: '1003' } });
    expect(request.toBytes().toString()).toMatch(/^INVITE sip:1003@acme\.example\.com SIP\/2\.0\r\n/);
  });

  it('lets no line break through the start line', () => {
    const request = SipRequest.create({ method: 'INVITE', uri: 'sip:a@b\r\nX: y' });
    expect(request.toBytes().toString()).toBe('INVITE sip:a@b  X: y SIP/2.0\r\nContent-Length: 0\r\n\r\n');
  });

  it('writes the body as it is, with its length in bytes', () => {
    const body = Buffer.from([0, 255, 13, 10, 0]);
    const request = SipRequest.create({ method: 'MESSAGE', uri: 'sip:a@b', body });
    const bytes = request.toBytes();
    expect(bytes.subarray(-5)).toEqual(body);
    expect(bytes.toString('latin1')).toContain('Content-Length: 5\r\n');
  });

  it('keeps the bytes of text in UTF-8', () => {
    const bytes = Buffer.from(
      'OPTIONS sip:b SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nFrom: "Zoë" <sip:a@b>\r\nTo: <sip:b>\r\nCall-ID: 张\r\n' +
        'CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n',
    );
    const parsed = parseMessage(bytes);
    expect(parsed.ok && parsed.value.toBytes()).toEqual(bytes);
  });
});
