import { describe, expect, it } from 'vitest';
import { Parameters } from '../uri/parameters.ts';
import { NameAddr, parseNameAddr } from './name-addr.ts';

function parts(text: string): unknown[] | string {
  const parsed = parseNameAddr(text);
  return parsed.ok ? [parsed.value.displayName, parsed.value.uri, parsed.value.params.toString()] : parsed.error.rule;
}

describe('parseNameAddr', () => {
  it.each([
    ['<sip:a@b>', ['', 'sip:a@b', '']],
    ['<sip:a@b;lr>;tag=1', ['', 'sip:a@b;lr', ';tag=1']],
    ['sip:a@b;tag=1', ['', 'sip:a@b', ';tag=1']],
    ['sip:a@b  ;  TAG  =  1 ', ['', 'sip:a@b', ';tag=1']],
    ['caller<sip:a@b>', ['caller', 'sip:a@b', '']],
    ['The Caller  <sip:a@b> ; q = 0.5 ; lr', ['The Caller', 'sip:a@b', ';q=0.5;lr']],
    ['"a \\"b\\" \\\\ <c>, d" <sip:a@b>', ['a "b" \\ <c>, d', 'sip:a@b', '']],
    ['"" <sip:a@b>', ['', 'sip:a@b', '']],
    ['<tel:+1-201-555-0123;phone-context=x>;tag=2', ['', 'tel:+1-201-555-0123;phone-context=x', ';tag=2']],
    ['<urn:service:sos>', ['', 'urn:service:sos', '']],
    ['<sip:a@b>;+sip.instance="<urn:uuid:1>;x"', ['', 'sip:a@b', ';+sip.instance="<urn:uuid:1>;x"']],
    ['sip:a@b;x="<y>"', ['', 'sip:a@b', ';x="<y>"']],
    ['<sip:a@[2001:db8::1]:5060>;received=[2001:db8::2]', ['', 'sip:a@[2001:db8::1]:5060', ';received=[2001:db8::2]']],
  ])('reads %s', (text, expected) => {
    expect(parts(text)).toEqual(expected);
  });

  it.each([
    ['', 'addr-spec'],
    ['<>', 'addr-spec'],
    ['<sip:>', 'addr-spec'],
    ['1002', 'addr-spec'],
    ['<1002@b>', 'addr-spec'],
    ['<sip:a@b', 'addr-spec'],
    ['< sip:a@b>', 'addr-spec'],
    ['<sip:a@b >', 'addr-spec'],
    ['<sip:a"@b>', 'addr-spec'],
    ['sip:a @b', 'addr-spec'],
    ['"open <sip:a@b>', 'quoted-string-open'],
    ['"closed" sip:a@b', 'name-addr-bracket'],
    ['Bell, Alexander <sip:a@b>', 'display-name-token'],
    ['sip:a@b?Route=%3Csip:x%3E', 'addr-spec-needs-brackets'],
    ['sip:a@b,sip:c@d', 'addr-spec-needs-brackets'],
    ['<sip:a@b>;', 'parameter-syntax'],
    ['<sip:a@b>;;lr', 'parameter-syntax'],
    ['<sip:a@b>;tag=', 'parameter-syntax'],
    ['<sip:a@b>;tag="x', 'parameter-syntax'],
    ['<sip:a@b>, <sip:c@d>', 'parameter-syntax'],
    ['<sip:a@b> x', 'parameter-syntax'],
  ])('refuses %s', (text, rule) => {
    expect(parts(text)).toBe(rule);
  });

  it('reads long quoted strings in linear time', () => {
    const text = `"${'\\"'.repeat(100_000)}`;
    expect(parts(text)).toBe('quoted-string-open');
  });
});

describe('NameAddr', () => {
  it('writes what it would read', () => {
    const address = new NameAddr('Say "hi", \\o/', 'sip:a@b;lr', Parameters.of([['q', '0.5']]));
    expect(address.toString()).toBe('"Say \\"hi\\", \\\\o/" <sip:a@b;lr>;q=0.5');
    const again = parseNameAddr(address.toString());
    expect(again.ok && again.value.displayName).toBe('Say "hi", \\o/');
  });

  it('takes a tag', () => {
    expect(new NameAddr('', 'sip:a@b').withTag('x').toString()).toBe('<sip:a@b>;tag=x');
    expect(new NameAddr('', 'sip:a@b').tag).toBe('');
  });

  it('has no parsed URI when the URI is malformed behind its scheme', () => {
    expect(new NameAddr('', 'sip:@').parsedUri).toBeUndefined();
    expect(new NameAddr('', 'sip:a@B').parsedUri).toMatchObject({ user: 'a', host: 'b' });
  });
});
