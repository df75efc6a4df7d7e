import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Parameters } from './parameters.ts';
import { parseUri } from './parse-uri.ts';
import { SipUri } from './sip-uri.ts';
import { TelUri } from './tel-uri.ts';

function sip(text: string): SipUri {
  const parsed = parseUri(text);
  if (!parsed.ok || !(parsed.value instanceof SipUri)) throw new Error(`no SIP URI: ${text}`);
  return parsed.value;
}

function rule(text: string): string {
  const parsed = parseUri(text);
  return parsed.ok ? 'accepted' : parsed.error.rule;
}

describe('parseUri of SIP URIs', () => {
  it('reads every part', () => {
    const uri = sip('SIPS:alice:secret@Atlanta.example.com:5061;Transport=tcp;lr?subject=x&priority=urgent');
    expect(uri).toMatchObject({
      scheme: 'sips',
      user: 'alice',
      password: 'secret',
      host: 'atlanta.example.com',
      port: 5061,
    });
    expect(uri.params.get('transport')).toBe('tcp');
    expect(uri.params.get('lr')).toBe('');
    expect(uri.headers).toBe('subject=x&priority=urgent');
    expect(uri.toString()).toBe(
      'sips:alice:secret@atlanta.example.com:5061;Transport=tcp;lr?subject=x&priority=urgent',
    );
  });

  it('reads a URI without user', () => {
    expect(sip('sip:example.com;lr')).toMatchObject({ user: '', host: 'example.com', port: undefined });
  });

  it('reads IPv6 references, and no port inside them (RFC 5118 §4.3)', () => {
    expect(sip('sip:[2001:DB8::10]')).toMatchObject({ host: '[2001:db8::10]', port: undefined });
    expect(sip('sip:a@[2001:db8::10:5070]').port).toBeUndefined();
    expect(sip('sip:a@[2001:db8::10]:5070;lr').port).toBe(5070);
    expect(sip('sip:a@[::ffff:192.0.2.1]').host).toBe('[::ffff:192.0.2.1]');
  });

  it('leaves parameters of the user part to the user part (RFC 4475 §3.1.1.9)', () => {
    const uri = sip('sip:user;par=u%40example.net@example.com');
    expect(uri.user).toBe('user;par=u@example.net');
    expect(uri.params.size).toBe(0);
    expect(uri.host).toBe('example.com');
  });

  it('decodes escapes once, and no control characters (RFC 4475 §3.1.1.3, §3.1.1.4)', () => {
    expect(sip('sip:sips%3Auser%40example.com@example.net').user).toBe('sips:user@example.com');
    expect(sip('sip:null-%00-null@example.com').user).toBe('null-%00-null');
    expect(sip('sip:%2523@b').user).toBe('%23');
    expect(sip('sip:*90%23@b').user).toBe('*90#');
    expect(sip('sip:*90#@b').user).toBe('*90#');
    expect(sip('sip:sips%3Auser@example.net').toString()).toBe('sip:sips%3Auser@example.net');
  });

  it('takes member names of objects for plain parameter names', () => {
    const { params } = sip('sip:a@b;__proto__=x;constructor');
    expect(params.get('__proto__')).toBe('x');
    expect(params.get('constructor')).toBe('');
    expect(params.get('toString')).toBeUndefined();
  });

  it.each([
    ['', 'uri-scheme'],
    ['1002', 'uri-scheme'],
    ['<sip:a@b>', 'uri-scheme'],
    [':a', 'uri-scheme'],
    ['sip:', 'uri-host'],
    ['sip:@b', 'uri-user'],
    ['sip::x@b', 'uri-user'],
    ['sip:a@', 'uri-host'],
    ['sip:a@b@c', 'uri-host'],
    ['sip:a@b c', 'uri-character'],
    ['sip:a@b;x="y"', 'uri-character'],
    ['sip:a@b\r\nX: y', 'uri-character'],
    ['sip:a@\u0142', 'uri-character'],
    ['sip:%zz@b', 'uri-character'],
    ['sip:a%4', 'uri-character'],
    ['sip:a@[2001:db8::1', 'uri-host'],
    ['sip:a@[]', 'uri-host'],
    ['sip:2001:db8::10', 'uri-port'],
    ['sip:a@b:', 'uri-port'],
    ['sip:a@b:0', 'uri-port'],
    ['sip:a@b:65536', 'uri-port'],
    ['sip:a@b:99999999999999999999', 'uri-port'],
    ['sip:a@b:5060x', 'uri-host'],
    ['sip:a@b;', 'uri-parameter'],
    ['sip:a@b;;lr', 'uri-parameter'],
    ['sip:a@b;=x', 'uri-parameter'],
    ['sip:a@b/c', 'uri-host'],
  ])('refuses %s', (text, expected) => {
    expect(rule(text)).toBe(expected);
  });

  it('never throws, and writes what it reads', () => {
    const characters = fc.constantFrom(...'sip:tel@;=?[].%0a9B<"# \0é'.split(''));
    const text = fc.array(characters, { maxLength: 30 }).map((each) => `sip:${each.join('')}`);
    const property = fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (input) => {
      const parsed = parseUri(input);
      if (parsed.ok) expect(parseUri(parsed.value.toString())).toMatchObject({ ok: true });
    });
    fc.assert(property, { numRuns: 2000 });
  });
});

describe('SipUri', () => {
  it('is built with escapes where the user part needs them', () => {
    const uri = SipUri.create({
      user: 'a b@c:張',
      host: 'Example.COM',
      port: 5070,
      params: Parameters.of([['lr', '']]),
    });
    expect(uri.toString()).toBe('sip:a%20b%40c%3A%E5%BC%B5@example.com:5070;lr');
    expect(SipUri.create({ user: '*90#', host: 'b' }).toString()).toBe('sip:*90%23@b');
    expect(sip(uri.toString()).user).toBe(Buffer.from('a b@c:張').toString('latin1'));
  });

  it('gives changed copies', () => {
    const uri = sip('sip:a:pw@b:5060;lr?x=y');
    const copy = uri.with({ user: 'c', password: undefined, port: undefined, headers: '' });
    expect(copy.toString()).toBe('sip:c@b;lr');
    expect(uri.with({ params: uri.params.without('lr').with('ob', '') }).toString()).toBe('sip:a:pw@b:5060;ob?x=y');
    expect(uri.toString()).toBe('sip:a:pw@b:5060;lr?x=y');
  });
});

describe('parseUri of tel URIs', () => {
  it('reads global and local numbers (RFC 3966)', () => {
    const global = parseUri('tel:+1-(201)-555.0123;ext=7');
    expect(global.ok && global.value instanceof TelUri && global.value).toMatchObject({
      number: '+12015550123',
      isGlobal: true,
    });
    const local = parseUri('TEL:7042;phone-context=example.com');
    expect(local.ok && local.value instanceof TelUri && local.value).toMatchObject({
      number: '7042',
      isGlobal: false,
      phoneContext: 'example.com',
    });
    expect(local.ok && local.value.toString()).toBe('tel:7042;phone-context=example.com');
    expect(TelUri.create('+1555', Parameters.of([['ext', '7']])).toString()).toBe('tel:+1555;ext=7');
  });

  it.each([
    ['tel:', 'uri-telephone-number'],
    ['tel:+', 'uri-telephone-number'],
    ['tel:--', 'uri-telephone-number'],
    ['tel:12@example.com', 'uri-telephone-number'],
    ['tel:12;', 'uri-parameter'],
  ])('refuses %s', (text, expected) => {
    expect(rule(text)).toBe(expected);
  });
});

describe('parseUri of other schemes', () => {
  it('keeps them whole', () => {
    const parsed = parseUri('nobodyKnowsThisScheme:totallyopaque?x');
    expect(parsed.ok && parsed.value).toMatchObject({ scheme: 'other', schemeName: 'nobodyknowsthisscheme' });
    expect(parsed.ok && parsed.value.toString()).toBe('nobodyKnowsThisScheme:totallyopaque?x');
    expect(rule('urn:')).toBe('uri-empty');
  });
});
