import { describe, expect, it } from 'vitest';
import { splitValues } from './split-values.ts';

describe('splitValues', () => {
  it.each([
    ['one', ['one']],
    ['', ['']],
    ['a, b ,\tc', ['a', 'b', 'c']],
    ['<sip:a,b@c>;x, <sip:d>', ['<sip:a,b@c>;x', '<sip:d>']],
    ['"a, \\", b" <sip:c>, d', ['"a, \\", b" <sip:c>', 'd']],
    ['a,,b,', ['a', '', 'b', '']],
    ['a, "open, b', ['a', '"open, b']],
    ['a, <open, b', ['a', '<open, b']],
    ['"<" <sip:a>, b', ['"<" <sip:a>', 'b']],
  ])('splits %s', (value, parts) => {
    expect(splitValues(value)).toEqual(parts);
  });
});
