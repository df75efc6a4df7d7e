import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isQuoted, quote, quotedStringEnd, unquote } from './quoted-string.ts';

describe('quoted strings', () => {
  it('gives any text back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(isQuoted(quote(text))).toBe(true);
        expect(unquote(quote(text))).toBe(text);
      }),
    );
  });

  it('finds the closing quote behind escapes, or none', () => {
    expect(quotedStringEnd('"a\\"b" c', 0, 8)).toBe(6);
    expect(quotedStringEnd('"a\\"', 0, 4)).toBe(-1);
    expect(quotedStringEnd('"abc"', 0, 4)).toBe(-1);
  });

  it('tells one quoted string from text that only begins and ends like one', () => {
    expect(isQuoted('"')).toBe(false);
    expect(isQuoted('"a" "b"')).toBe(false);
    expect(isQuoted('plain')).toBe(false);
    expect(isQuoted('""')).toBe(true);
  });
});
