import { describe, expect, it } from 'vitest';
import { toByteText, toHeaderText, utf8 } from './wire-text.ts';

describe('wire text', () => {
  it('goes from Unicode to bytes and back', () => {
    for (const text of ['plain', 'Zoë', '张伟', '😀']) expect(utf8(toByteText(text))).toBe(text);
    expect(toByteText('ë')).toBe('Ã«');
  });

  it('shows bytes that are no UTF-8 as replacement characters', () => {
    expect(utf8('caf\xe9')).toBe('caf\ufffd');
  });

  it('encodes Unicode in header values before it could be cut to a line break', () => {
    const text = toHeaderText('张\u010a\u010dX');
    expect(text).toBe(Buffer.from('张\u010a\u010dX').toString('latin1'));
    expect(Buffer.from(text, 'latin1').includes(0x0a)).toBe(false);
  });

  it('replaces line breaks and NUL by spaces', () => {
    expect(toHeaderText('a\r\nb\0c')).toBe('a  b c');
  });
});
