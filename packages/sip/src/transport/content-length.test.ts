import { describe, expect, it } from 'vitest';
import { findContentLength } from './content-length.ts';

function lengthIn(...headers: string[]) {
  const bytes = Buffer.from(['OPTIONS sip:a SIP/2.0', ...headers, ''].join('\r\n'));
  return findContentLength(bytes, 0, bytes.length, 65_536);
}

describe('findContentLength', () => {
  it.each([
    ['Content-Length: 12', 12],
    ['content-length:12', 12],
    ['CONTENT-LENGTH \t :  12  ', 12],
    ['l: 12', 12],
    ['L:0', 0],
    ['Content-Length: 0000000000000000012', 12],
    ['Content-Length:\r\n 12', 12],
    ['Content-Length: 65536', 65_536],
    ['Content-Length: 65537', 'too-large'],
    ['Content-Length: 4294967328', 'too-large'],
    ['Content-Length: 9007199254740993', 'too-large'],
    ['Content-Length: 99999999999999999999999999', 'too-large'],
    ['Content-Length: -1', 'invalid'],
    ['Content-Length: +5', 'invalid'],
    ['Content-Length: 1e1', 'invalid'],
    ['Content-Length: 0x10', 'invalid'],
    ['Content-Length: 12x', 'invalid'],
    ['Content-Length: 1 2', 'invalid'],
    ['Content-Length: 5, 5', 'invalid'],
    ['Content-Length: ', 'invalid'],
    ['Content-Length:', 'invalid'],
    ['Content-Length: 1\r\n 2', 'invalid'],
    ['Subject: x', 'missing'],
    ['Subject: x\r\n Content-Length: 5', 'missing'],
    ['Content-Length2: 5', 'missing'],
    ['Lang: 5', 'missing'],
    ['X-Content-Length: 5', 'missing'],
  ])('reads %j as %j', (header, expected) => {
    expect(lengthIn('Call-ID: 1', header, 'To: x')).toBe(expected);
    expect(lengthIn(header)).toBe(expected);
  });

  it('takes equal repetitions for one and different ones for a conflict', () => {
    expect(lengthIn('l: 5', 'Content-Length: 05')).toBe(5);
    expect(lengthIn('Content-Length: 5', 'l: 6')).toBe('conflict');
    expect(lengthIn('Content-Length: 5', 'Content-Length: five')).toBe('invalid');
  });

  it('does not look behind the end that it is given', () => {
    const bytes = Buffer.from('A\r\nContent-Length: 123456');
    expect(findContentLength(bytes, 0, bytes.length - 4, 65_536)).toBe(12);
    expect(findContentLength(bytes, 0, 10, 65_536)).toBe('missing');
  });
});
