import { describe, expect, it } from 'vitest';
import { encodeNetstring, NetstringDecoder } from './netstring.ts';

describe('netstrings', () => {
  it('come out of a stream whole however it is cut', () => {
    const bytes = Buffer.from(encodeNetstring('{"a":"ü"}') + encodeNetstring('') + encodeNetstring('xyz'));
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const decoder = new NetstringDecoder();
      const texts = [...decoder.push(bytes.subarray(0, cut)), ...decoder.push(bytes.subarray(cut))];
      expect(texts).toEqual(['{"a":"ü"}', '', 'xyz']);
    }
  });

  it('refuse what has no length', () => {
    expect(() => new NetstringDecoder().push(Buffer.from('abc:def,'))).toThrow(/not a netstring/);
  });
});
