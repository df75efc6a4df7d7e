import type { Clock } from '@manyline/kernel';
import { describe, expect, it } from 'vitest';
import { NonceIssuer } from './nonce-issuer.ts';

const secret = Buffer.alloc(32, 7);
const start = Date.UTC(2030, 0, 1);

function issuerAt(secretOfIssuer = secret) {
  let nowMs = start;
  const clock: Clock = { now: () => nowMs, after: () => ({ cancel: () => {} }) };
  const pass = (milliseconds: number) => {
    nowMs += milliseconds;
  };
  return { issuer: new NonceIssuer({ clock, secret: secretOfIssuer, lifetimeSeconds: 300 }), pass };
}

describe('NonceIssuer', () => {
  it('knows its own nonces until they are too old', () => {
    const { issuer, pass } = issuerAt();
    const nonce = issuer.issue('acme.example.com');
    expect(issuer.check(nonce, 'acme.example.com')).toBe('valid');
    expect(issuer.issuedAtMs(nonce)).toBe(start);
    pass(300_000);
    expect(issuer.check(nonce, 'acme.example.com')).toBe('valid');
    pass(1);
    expect(issuer.check(nonce, 'acme.example.com')).toBe('stale');
  });

  it('accepts the nonces of another process with the same secret only', () => {
    const nonce = issuerAt().issuer.issue('r');
    expect(issuerAt().issuer.check(nonce, 'r')).toBe('valid');
    expect(issuerAt(Buffer.alloc(32, 8)).issuer.check(nonce, 'r')).toBe('foreign');
  });

  it('binds a nonce to its realm', () => {
    const { issuer } = issuerAt();
    expect(issuer.check(issuer.issue('a.example.com'), 'b.example.com')).toBe('foreign');
  });

  it('refuses a nonce with any character changed', () => {
    const { issuer } = issuerAt();
    const nonce = issuer.issue('r');
    for (let at = 0; at < nonce.length; at++) {
      for (const character of ['A', 'b', '-', '_', '+', '/', '=', ' ']) {
        if (nonce[at] === character) continue;
        expect(issuer.check(nonce.slice(0, at) + character + nonce.slice(at + 1), 'r')).toBe('foreign');
      }
    }
    for (const text of ['', 'x', `${nonce}A`, nonce.slice(1), '\0'.repeat(44)])
      expect(issuer.check(text, 'r')).toBe('foreign');
  });

  it('refuses a nonce written in the other base64 alphabet', () => {
    const { issuer } = issuerAt();
    const nonces = Array.from({ length: 100 }, () => issuer.issue('r')).filter((nonce) => /[-_]/.test(nonce));
    expect(nonces.length).toBeGreaterThan(0);
    for (const nonce of nonces) {
      expect(issuer.check(nonce.replaceAll('-', '+').replaceAll('_', '/'), 'r')).toBe('foreign');
    }
  });

  it('never issues the same nonce twice', () => {
    const { issuer } = issuerAt();
    const nonces = new Set(Array.from({ length: 2000 }, () => issuer.issue('r')));
    expect(nonces.size).toBe(2000);
  });
});
