import { describe, expect, it } from 'vitest';
import { parseCSeq, parseDecimal } from './scalars.ts';

describe('parseDecimal', () => {
  it.each([
    ['0', 0],
    ['0070', 70],
    ['4294967296', 2 ** 32 - 1],
    ['9'.repeat(400), 2 ** 32 - 1],
    ['', undefined],
    ['-1', undefined],
    ['+1', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    [' 1', undefined],
    ['１', undefined],
    [undefined, undefined],
  ])('reads %s as %s', (text, number) => {
    expect(parseDecimal(text)).toBe(number);
  });
});

describe('parseCSeq', () => {
  it.each([
    ['1 INVITE', { sequence: 1, method: 'INVITE' }],
    ['0 OPTIONS', { sequence: 0, method: 'OPTIONS' }],
    ['2147483647\t BYE', { sequence: 2 ** 31 - 1, method: 'BYE' }],
    ['0009 invite', { sequence: 9, method: 'invite' }],
  ])('reads %s', (text, value) => {
    expect(parseCSeq(text)).toEqual({ ok: true, value });
  });

  it.each([
    ['2147483648 BYE', 'cseq-number-range'],
    ['', 'cseq-number'],
    ['-1 BYE', 'cseq-number'],
    ['INVITE', 'cseq-number'],
    ['1', 'cseq-method'],
    ['1 ', 'cseq-method'],
    ['1INVITE', 'cseq-method'],
    ['1 IN VITE', 'cseq-method'],
    ['1.5 BYE', 'cseq-method'],
  ])('refuses %s', (text, rule) => {
    const parsed = parseCSeq(text);
    expect(parsed.ok ? 'accepted' : parsed.error.rule).toBe(rule);
  });
});
