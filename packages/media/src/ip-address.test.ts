import { describe, expect, it } from 'vitest';
import { canonicalAddress, mayReceiveMedia } from './ip-address.ts';

describe('canonicalAddress', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['::1', '::1'],
  ])('writes %s as %s', (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical);
  });

  it.each([
    '',
    'localhost',
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '0x7f.0.0.1',
    '::g',
    ':::',
    '::1%lo',
    '1::2::3',
    '[::1]',
    'a:b/c',
  ])('refuses %j', (text) => {
    expect(canonicalAddress(text)).toBeUndefined();
  });
});

describe('mayReceiveMedia', () => {
  it.each(['8.8.8.8', '172.32.0.1', '2606:4700::1', '2001:db8::1'])('allows the public address %s', (address) => {
    expect(mayReceiveMedia(address, false)).toBe(true);
  });

  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.169.254',
    '::1',
    'fe80::1',
    'fd12::1',
  ])('allows %s only when private addresses are allowed', (address) => {
    expect(mayReceiveMedia(address, false)).toBe(false);
    expect(mayReceiveMedia(address, true)).toBe(true);
  });

  it.each([
    '0.0.0.0',
    '0.1.2.3',
    '224.0.0.1',
    '239.1.1.1',
    '255.255.255.255',
    '240.0.0.1',
    '::',
    'ff02::1',
    '64:ff9b::a00:1',
    'name',
  ])('never allows %s', (address) => {
    expect(mayReceiveMedia(address, true)).toBe(false);
  });
});
