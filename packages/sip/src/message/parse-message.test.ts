import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageLimits } from './limits.ts';
import { parseMessage } from './parse-message.ts';
import { SipRequest } from './sip-request.ts';
import { SipResponse } from './sip-response.ts';

interface Verdict {
  verdict: 'request' | 'response' | 'bad-request' | 'bad-response' | 'not-sip';
  rule?: string;
  statusCode?: number;
  answerable?: boolean;
}

const folder = new URL('../../fixtures/', import.meta.url);
const verdicts: Record<string, Verdict> = JSON.parse(readFileSync(new URL('verdicts.json', folder), 'utf8'));
const fixtureNames = readdirSync(folder).filter((name) => name.endsWith('.sip'));
const read = (name: string) => readFileSync(new URL(`${name}.sip`, folder));

function parseRequest(bytes: Buffer): SipRequest {
  const parsed = parseMessage(bytes);
  if (!parsed.ok || !(parsed.value instanceof SipRequest)) throw new Error(`no request: ${JSON.stringify(parsed)}`);
  return parsed.value;
}

function optionsWith(fields: string, rest = '\r\n'): Buffer {
  const head =
    'OPTIONS sip:acme.example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK1\r\n' +
    'From: <sip:1001@acme.example.com>;tag=a\r\nTo: <sip:acme.example.com>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n';
  return Buffer.from(`${head}${fields}${rest}`, 'latin1');
}

describe('parseMessage', () => {
  it('has a verdict for every fixture', () => {
    expect(fixtureNames.toSorted()).toEqual(Object.keys(verdicts).toSorted());
  });

  it.each(Object.entries(verdicts))('judges %s', (name, expected) => {
    const parsed = parseMessage(readFileSync(new URL(name, folder)));
    if (parsed.ok) {
      expect(parsed.value instanceof SipRequest ? 'request' : 'response').toBe(expected.verdict);
      return;
    }
    const { kind, rule, statusCode, request } = parsed.error;
    expect({ verdict: kind, rule, statusCode, answerable: request !== undefined }).toEqual(expected);
  });

  it('reads what a softphone sends', () => {
    const request = parseRequest(read('invite-softphone'));
    expect(request.method).toBe('INVITE');
    expect(request.uri).toBe('sip:1002@acme.example.com');
    expect(request.topVia).toMatchObject({
      protocol: 'UDP',
      host: '192.0.2.10',
      port: 5060,
      branch: 'z9hG4bK-74bf9',
      rport: '',
    });
    expect(request.from).toMatchObject({ displayName: 'Alice', uri: 'sip:1001@acme.example.com', tag: '9fxced76sl' });
    expect(request.toTag).toBe('');
    expect(request.callId).toBe('384827629822018851@192.0.2.10');
    expect(request.cseq).toEqual({ sequence: 1, method: 'INVITE' });
    expect(request.contacts.map((contact) => contact.uri)).toEqual(['sip:1001@192.0.2.10:5060;transport=udp']);
    expect(request.contacts[0]?.params.get('+sip.instance')).toBe('<urn:uuid:6b8c1d3e-0000-1000-8000-00a0c91e6bf6>');
    expect(request.maxForwards).toBe(70);
    expect(request.contentType).toBe('application/sdp');
    expect(request.body.toString()).toMatch(/^v=0\r\n[\s\S]*a=sendrecv\r\n$/);
  });

  it('takes compact forms for the fields they stand for', () => {
    const request = parseRequest(read('invite-compact-forms'));
    expect(request.headers.get('Supported')).toBe('100rel, timer');
    expect(request.headers.get('s')).toBe('lunch');
    expect(request.contacts[0]?.parsedUri).toMatchObject({ scheme: 'sip', user: '1001', port: 5061 });
    expect([...request.headers].map(([name]) => name)).toEqual([
      ...['Via', 'Max-Forwards', 'From', 'To', 'Call-ID', 'CSeq', 'Contact', 'Supported', 'Subject', 'Content-Type'],
      'Content-Length',
    ]);
  });

  it('unfolds, and allows white space wherever the grammar does', () => {
    const request = parseRequest(read('invite-folded'));
    expect(request.vias.map(({ protocol, host, port, branch }) => [protocol, host, port, branch])).toEqual([
      ['TCP', '192.0.2.10', undefined, 'z9hG4bKfold'],
      ['UDP', '[2001:db8::1]', 5062, 'z9hG4bKsecond'],
    ]);
    expect(request.from.displayName).toBe('A "quoted" \\ name, with <brackets>');
    expect(request.fromTag).toBe('folded');
    expect(request.cseq).toEqual({ sequence: 9, method: 'INVITE' });
    expect(request.maxForwards).toBe(70);
    expect(request.contacts.map(({ displayName, uri }) => [displayName, uri])).toEqual([
      ['Smith, John', 'sip:john@192.0.2.10;lr'],
      ['', 'sip:john@192.0.2.11'],
    ]);
    expect(request.headers.get('x-empty')).toBe('');
  });

  it('cuts off what lies behind the Content-Length of a datagram', () => {
    expect(parseRequest(read('options-trailing-octets')).body.length).toBe(0);
    const request = parseRequest(optionsWith('Content-Length: 3\r\n', '\r\nabcdef'));
    expect(request.body.toString()).toBe('abc');
  });

  it('takes the rest of the datagram as body when there is no Content-Length', () => {
    expect(parseRequest(optionsWith('', '\r\nall of it')).body.toString()).toBe('all of it');
  });

  it('keeps names that collide with object members as plain names', () => {
    const request = parseRequest(read('register-object-member-names'));
    expect(request.headers.get('__proto__')).toBe('polluted');
    expect(request.contacts[0]?.params.get('__proto__')).toBe('y');
    expect(request.contacts[0]?.params.get('valueof')).toBeUndefined();
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('reads a wildcard Contact', () => {
    const request = parseRequest(read('register-wildcard'));
    expect(request.contactIsWildcard).toBe(true);
    expect(request.contacts).toEqual([]);
    expect(parseRequest(read('register-digest')).contactIsWildcard).toBe(false);
  });

  it('reads responses', () => {
    const parsed = parseMessage(read('response-empty-reason'));
    expect(parsed.ok && parsed.value instanceof SipResponse && parsed.value).toMatchObject({
      statusCode: 100,
      reasonPhrase: '',
      isProvisional: true,
      isFinal: false,
    });
  });

  it('gives what can be answered of a request whose Via is broken', () => {
    const parsed = parseMessage(read('bad-via-separators'));
    const request = parsed.ok ? undefined : parsed.error.request;
    expect(request?.topVia.host).toBe('');
    expect(SipResponse.create(request!, 400).toBytes().toString()).toContain('Via: SIP/2.0/UDP 192.0.2.15;;,;,,\r\n');
  });

  it('lets no line of a malformed request slip into the answer', () => {
    const bytes = Buffer.from(optionsWith('').toString().replace('Call-ID: c', 'Call-ID: c\rX-Smuggled: y\0'));
    const parsed = parseMessage(bytes);
    const answer = parsed.ok ? undefined : SipResponse.create(parsed.error.request!, 400).toBytes().toString('latin1');
    expect(answer?.split('\r\n')).toContain('Call-ID: c X-Smuggled: y ');
  });

  it.each(['\r', '\n', '\0', '\\\r', '\\\n'])('refuses %j inside a line', (character) => {
    const parsed = parseMessage(optionsWith(`Subject: "a${character}X-Smuggled: b"\r\n`));
    expect(parsed.ok ? 'accepted' : parsed.error.rule).toBe('control-character');
  });

  it('names the byte where the fault is', () => {
    const bytes = optionsWith('Contact: <sip:a@b>, <sip:a b>\r\n');
    const parsed = parseMessage(bytes);
    expect(parsed.ok ? undefined : parsed.error.offset).toBe(bytes.indexOf('a b>') + 1);
  });

  it('refuses what is over a limit', () => {
    const rule = (bytes: Buffer) => {
      const parsed = parseMessage(bytes);
      return parsed.ok ? 'accepted' : `${parsed.error.statusCode} ${parsed.error.rule}`;
    };
    const fitting = 'x'.repeat(messageLimits.lineBytes - 'Subject: '.length);
    expect(rule(optionsWith(`Subject: ${fitting}\r\n`))).toBe('accepted');
    expect(rule(optionsWith(`Subject: ${fitting}x\r\n`))).toBe('513 header-too-long');
    expect(rule(optionsWith(`Subject: ${'\r\n '.repeat(messageLimits.lineBytes / 3)}\r\n`))).toBe(
      '513 header-too-long',
    );
    expect(rule(optionsWith('X: y\r\n'.repeat(messageLimits.headerFields - 5)))).toBe('accepted');
    expect(rule(optionsWith('X: y\r\n'.repeat(messageLimits.headerFields - 4)))).toBe('513 too-many-headers');
    expect(rule(optionsWith('', `\r\n${'x'.repeat(messageLimits.messageBytes)}`))).toBe('513 message-too-long');
    const longUri = optionsWith('')
      .toString()
      .replace('sip:acme', `sip:${'a'.repeat(messageLimits.lineBytes)}`);
    expect(rule(Buffer.from(longUri))).toBe('414 start-line-too-long');
  });

  it('never throws on a prefix of a fixture, and takes none of the first line for a message', () => {
    for (const name of fixtureNames) {
      const bytes = readFileSync(new URL(name, folder));
      for (let length = 0; length <= bytes.length; length++) {
        const parsed = parseMessage(bytes.subarray(0, length));
        if (length < bytes.indexOf('\r\n')) expect(parsed.ok).toBe(false);
      }
    }
  });

  it('never throws on a fixture with some bytes changed, and answers what it refused', () => {
    const fixture = fc.constantFrom(...fixtureNames.map((name) => readFileSync(new URL(name, folder))));
    const change = fc.tuple(
      fc.nat(),
      fc.oneof(fc.constantFrom(...Buffer.from('\r\n\0 \t:;,<>"\\%=[]?@/*')), fc.nat(255)),
    );
    const property = fc.property(fixture, fc.array(change, { minLength: 1, maxLength: 8 }), (original, changes) => {
      const bytes = Buffer.from(original);
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
      const parsed = parseMessage(bytes);
      if (parsed.ok) {
        const again = parseMessage(parsed.value.toBytes());
        expect(again.ok).toBe(true);
        return;
      }
      expect(parsed.error.offset).toBeLessThanOrEqual(bytes.length);
      if (parsed.error.request !== undefined)
        SipResponse.create(parsed.error.request, parsed.error.statusCode).toBytes();
    });
    fc.assert(property, { numRuns: 3000 });
  });
});

describe('parseMessage after toBytes', () => {
  const accepted = fixtureNames.filter(
    (name) => verdicts[name]?.verdict === 'request' || verdicts[name]?.verdict === 'response',
  );

  it.each(accepted)('gives %s again, every field in its order', (name) => {
    const first = parseMessage(readFileSync(new URL(name, folder)));
    if (!first.ok) throw new Error(first.error.rule);
    const bytes = first.value.toBytes();
    const second = parseMessage(bytes);
    if (!second.ok) throw new Error(second.error.rule);
    const fields = [...first.value.headers].filter(([field]) => field !== 'Content-Length');
    expect([...second.value.headers].filter(([field]) => field !== 'Content-Length')).toEqual(fields);
    expect(second.value.body).toEqual(first.value.body);
    expect(second.value.toBytes()).toEqual(bytes);
  });

  it('gives any built request again', () => {
    const token = fc.stringMatching(/^[A-Za-z0-9.!%*_+`'~-]{1,20}$/);
    const text = fc.stringMatching(/^([\x21-\x7e\x80-\xff]([\x20-\x7e\x80-\xff]{0,40}[\x21-\x7e\x80-\xff])?)?$/);
    const extension = fc.tuple(
      token.map((name) => `X-${name}`),
      text,
    );
    const parts = fc.record({
      method: token,
      user: fc.stringMatching(/^[a-z0-9+_.-]{1,12}$/),
      displayName: text,
      tag: token,
      sequence: fc.nat(2 ** 31 - 1),
      extensions: fc.array(extension, { maxLength: 12 }),
      body: fc.uint8Array({ maxLength: 200 }),
    });
    const property = fc.property(parts, ({ method, user, displayName, tag, sequence, extensions, body }) => {
      const quoted = displayName.replaceAll(/["\\]/g, '\\$&');
      const headers: [string, string][] = [
        ['Via', 'SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK1'],
        ['From', `"${quoted}" <sip:${user}@example.com>;tag=${tag}`],
        ['To', '<sip:1002@example.com>'],
        ['Call-ID', 'c'],
        ['CSeq', `${sequence} ${method}`],
        ...extensions,
      ];
      const request = SipRequest.create({ method, uri: `sip:${user}@example.com`, headers, body: Buffer.from(body) });
      const again = parseRequest(request.toBytes());
      expect(again.method).toBe(method);
      expect(again.from.displayName).toBe(displayName);
      expect(again.fromTag).toBe(tag);
      expect(again.cseq.sequence).toBe(sequence);
      expect([...again.headers].slice(0, headers.length)).toEqual(headers);
      expect(again.body).toEqual(Buffer.from(body));
    });
    fc.assert(property, { numRuns: 500 });
  });
});
