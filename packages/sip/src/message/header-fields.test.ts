import { describe, expect, it } from 'vitest';
import { HeaderFields } from './header-fields.ts';
import { parseMessage } from './parse-message.ts';

function parsedFields(): HeaderFields {
  const lines = [
    'OPTIONS sip:acme.example.com SIP/2.0',
    'v: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK1',
    'X-First: 1',
    'f: <sip:1001@acme.example.com>;tag=a',
    'To: <sip:acme.example.com>',
    'Via: SIP/2.0/UDP 192.0.2.11;branch=z9hG4bK2',
    'Call-ID: c',
    'CSeq: 1 OPTIONS',
    'Supported: timer,',
    '  replaces',
    'k: path',
    'x-first: 2',
    '',
    '',
  ];
  const parsed = parseMessage(Buffer.from(lines.join('\r\n')));
  if (!parsed.ok) throw new Error(parsed.error.rule);
  return parsed.value.headers;
}

const names = (fields: HeaderFields) => [...fields].map(([name]) => name);

describe('HeaderFields', () => {
  it('finds a field by any spelling of its name', () => {
    const fields = parsedFields();
    expect(fields.get('FROM')).toBe('<sip:1001@acme.example.com>;tag=a');
    expect(fields.get('f')).toBe(fields.get('From'));
    expect(fields.get('X-FIRST')).toBe('1');
    expect(fields.has('Expires')).toBe(false);
    expect(fields.get('X-Other')).toBeUndefined();
  });

  it('gives all lines, and the members of a list over all lines', () => {
    const fields = parsedFields();
    expect(fields.getAll('Supported')).toEqual(['timer, replaces', 'path']);
    expect(fields.getList('supported')).toEqual(['timer', 'replaces', 'path']);
    expect(fields.getAll('x-first')).toEqual(['1', '2']);
  });

  it('keeps order and the spelling of unknown names, and writes known names canonically', () => {
    expect(names(parsedFields())).toEqual(
      'Via X-First From To Via Call-ID CSeq Supported Supported x-first'.split(' '),
    );
  });

  it('sets at the place of the first line and drops the others', () => {
    const fields = parsedFields();
    fields.set('via', 'SIP/2.0/TCP 192.0.2.99;branch=z9hG4bK9');
    fields.set('Expires', '60');
    expect(names(fields)).toEqual('Via X-First From To Call-ID CSeq Supported Supported x-first Expires'.split(' '));
    expect(fields.getAll('Via')).toEqual(['SIP/2.0/TCP 192.0.2.99;branch=z9hG4bK9']);
  });

  it('prepends before the same field, or on top', () => {
    const fields = parsedFields();
    fields.prepend('Supported', '100rel');
    fields.prepend('Route', '<sip:edge;lr>');
    expect(names(fields)[0]).toBe('Route');
    expect(fields.getAll('Supported')).toEqual(['100rel', 'timer, replaces', 'path']);
  });

  it('removes all lines of a field, or the first', () => {
    const fields = parsedFields();
    fields.removeFirst('x-FIRST');
    fields.remove('k');
    expect(names(fields)).toEqual('Via From To Via Call-ID CSeq x-first'.split(' '));
    expect(fields.size).toBe(7);
  });

  it('reads a replaced value instead of the bytes of the message', () => {
    const fields = parsedFields();
    fields.replaceFirst('To', '<sip:other@example.com>');
    expect(fields.get('To')).toBe('<sip:other@example.com>');
    fields.append('X-Last', '3');
    expect(fields.get('To')).toBe('<sip:other@example.com>');
    expect(fields.get('X-Last')).toBe('3');
  });

  it('lets no line break in, neither by value nor by name', () => {
    const fields = new HeaderFields([['Subject', 'a\r\nX-Smuggled: b\0']]);
    fields.append('X-A\r\nX-B', 'c');
    fields.set('Subject', `${fields.get('Subject')}\n`);
    expect(fields.toText(0).split('\r\n')).toEqual([
      'Subject: a  X-Smuggled: b  ',
      'X-A  X-B: c',
      'Content-Length: 0',
      '',
      '',
    ]);
  });

  it('writes Content-Length once, at its place', () => {
    const fields = new HeaderFields([
      ['Content-Length', '99'],
      ['Subject', 'x'],
      ['l', '98'],
    ]);
    expect(fields.toText(5)).toBe('Content-Length: 5\r\nSubject: x\r\n\r\n');
  });
});
