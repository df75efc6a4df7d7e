import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { computeHa1s, openHa1s, sealHa1s } from './digest-secret.ts';
import { generatePassword } from './generate-password.ts';
import { SealError, Sealer } from './sealer.ts';

const sealer = new Sealer(randomBytes(32));

describe('Sealer', () => {
  it('opens what it sealed, and seals the same value differently each time', () => {
    const secret = Buffer.from('secret');
    const first = sealer.seal(secret, ['t', 'u']);
    expect(sealer.open(first, ['t', 'u'])).toEqual(secret);
    expect(sealer.seal(secret, ['t', 'u'])).not.toEqual(first);
    expect(first.includes(secret)).toBe(false);
  });

  it('does not open a value of another context, of another key, or a changed one', () => {
    const sealed = sealer.seal(Buffer.from('secret'), ['t', 'u']);
    expect(() => sealer.open(sealed, ['t', 'v'])).toThrow(SealError);
    expect(() => sealer.open(sealed, ['tu'])).toThrow(SealError);
    expect(() => new Sealer(randomBytes(32)).open(sealed, ['t', 'u'])).toThrow(SealError);
    for (let index = 0; index < sealed.length; index++) {
      const changed = Buffer.from(sealed);
      changed[index] = changed[index]! ^ 1;
      expect(() => sealer.open(changed, ['t', 'u'])).toThrow(SealError);
    }
    expect(() => sealer.open(sealed.subarray(0, 20), ['t', 'u'])).toThrow(SealError);
  });

  it('takes a base64 key and refuses one of the wrong length', () => {
    const key = randomBytes(32);
    const sealed = new Sealer(key.toString('base64')).seal(Buffer.from('x'), []);
    expect(new Sealer(key).open(sealed, []).toString()).toBe('x');
    expect(() => new Sealer(randomBytes(16))).toThrow('SEALING_KEY');
  });
});

describe('digest secrets', () => {
  it('computes the HA1s of RFC 7616 §3.9.1', () => {
    const ha1s = computeHa1s('Mufasa', 'http-auth@example.org', 'Circle of Life');
    expect(ha1s.MD5).toBe('3d78807defe7de2157e2b0b6573a855f');
    expect(ha1s['SHA-256']).toBe('7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232');
  });

  it('survives sealing', () => {
    const ha1s = computeHa1s('100', 'acme.example', 'secret-password');
    const sealed = sealHa1s(sealer, 'tenant', 'user', ha1s);
    expect(openHa1s(sealer, 'tenant', 'user', sealed)).toEqual(ha1s);
    expect(() => openHa1s(sealer, 'other', 'user', sealed)).toThrow(SealError);
  });
});

describe('generatePassword', () => {
  it('makes five groups of unmistakable characters, never the same twice', () => {
    const passwords = new Set(Array.from({ length: 200 }, generatePassword));
    expect(passwords.size).toBe(200);
    for (const password of passwords) expect(password).toMatch(/^[a-km-np-z2-9]{4}(-[a-km-np-z2-9]{4}){4}$/);
  });
});
