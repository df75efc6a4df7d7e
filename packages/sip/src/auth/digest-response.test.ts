import { describe, expect, it } from 'vitest';
import { answerChallenge } from './answer-challenge.ts';
import { buildChallenge, parseDigestChallenge } from './digest-challenge.ts';
import { type DigestCredentials, parseDigestCredentials } from './digest-credentials.ts';
import { computeHa1, computeResponse, verifyResponse } from './digest-response.ts';

/** RFC 2617 §3.5. */
const rfc2617 = {
  nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
  uri: '/dir/index.html',
  qop: 'auth',
  cnonce: '0a4f113b',
  ncText: '00000001',
};

/** RFC 7616 §3.9.1, the same exchange in both algorithms; RFC 8760 takes the algorithms over for SIP unchanged. */
const rfc7616 = {
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  uri: '/dir/index.html',
  qop: 'auth',
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  ncText: '00000001',
};

function credentials(header: string): DigestCredentials {
  const parsed = parseDigestCredentials(header);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

describe('computeResponse', () => {
  it('gives the response of RFC 2617 §3.5', () => {
    const ha1 = computeHa1('MD5', 'Mufasa', 'testrealm@host.com', 'Circle Of Life');
    expect(ha1).toBe('939e7578ed9e3c518a452acee763bce9');
    expect(computeResponse('MD5', ha1, 'GET', rfc2617)).toBe('6629fae49393a05397450978507c4ef1');
  });

  it('gives the responses of RFC 7616 §3.9.1', () => {
    const md5 = computeHa1('MD5', 'Mufasa', 'http-auth@example.org', 'Circle of Life');
    expect(computeResponse('MD5', md5, 'GET', rfc7616)).toBe('8ca523f5e9506fed4657c9700eebdbec');
    const sha256 = computeHa1('SHA-256', 'Mufasa', 'http-auth@example.org', 'Circle of Life');
    expect(computeResponse('SHA-256', sha256, 'GET', rfc7616)).toBe(
      '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    );
  });

  it('gives the response of RFC 2069 when there is no qop', () => {
    const ha1 = computeHa1('MD5', 'Mufasa', 'testrealm@host.com', 'CircleOfLife');
    const input = { nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093', uri: '/dir/index.html' };
    expect(computeResponse('MD5', ha1, 'GET', input)).toBe('1949323746fe6a43ef61f9606e7febea');
  });
});

describe('verifyResponse', () => {
  const ha1 = computeHa1('MD5', '1001', 'acme.example.com', 'secret');
  const answer = (qop: string[], overrides: Partial<Parameters<typeof answerChallenge>[0]> = {}) =>
    answerChallenge({
      challenge: { realm: 'acme.example.com', nonce: 'n', algorithm: 'MD5', stale: false, qop },
      method: 'REGISTER',
      uri: 'sip:acme.example.com',
      username: '1001',
      password: 'secret',
      cnonce: 'c',
      nonceCount: 1,
      ...overrides,
    });

  it('accepts the right response', () => {
    expect(verifyResponse('MD5', ha1, 'REGISTER', credentials(answer(['auth'])))).toBe(true);
    expect(verifyResponse('MD5', ha1, 'REGISTER', credentials(answer(['auth-int', 'auth'])))).toBe(true);
  });

  it('refuses another password, method, nonce, count, client nonce or URI', () => {
    const right = credentials(answer(['auth']));
    expect(verifyResponse('MD5', ha1, 'REGISTER', credentials(answer(['auth'], { password: 'Secret' })))).toBe(false);
    expect(verifyResponse('MD5', ha1, 'INVITE', right)).toBe(false);
    for (const change of [
      { nonce: 'm' },
      { ncText: '00000002' },
      { cnonce: 'd' },
      { uri: 'sip:other' },
      { response: '' },
    ]) {
      expect(verifyResponse('MD5', ha1, 'REGISTER', { ...right, ...change })).toBe(false);
    }
  });

  it('refuses a response without qop, which nothing protects from being sent again', () => {
    const withoutQop = credentials(answer([]));
    expect(withoutQop.qop).toBeUndefined();
    expect(verifyResponse('MD5', ha1, 'REGISTER', withoutQop)).toBe(false);
  });

  it('refuses the weaker algorithm where the stronger one is asked for', () => {
    expect(verifyResponse('SHA-256', ha1, 'REGISTER', credentials(answer(['auth'])))).toBe(false);
  });

  it('hashes names outside ASCII as the bytes on the wire', () => {
    const zoe = computeHa1('MD5', 'Zoë', 'acme.example.com', 'secret');
    const header = answer(['auth'], { username: 'Zoë', uri: 'sip:é@acme.example.com' });
    const onTheWire = Buffer.from(header, 'utf8').toString('latin1');
    const clientResponse = computeResponse('MD5', zoe, 'REGISTER', {
      ...credentials(header),
      uri: Buffer.from('sip:é@acme.example.com').toString('latin1'),
    });
    expect(verifyResponse('MD5', zoe, 'REGISTER', { ...credentials(onTheWire), response: clientResponse })).toBe(true);
  });
});

describe('buildChallenge', () => {
  it('offers qop=auth, and says stale only when it is', () => {
    expect(buildChallenge({ realm: 'acme.example.com', nonce: 'abc', algorithm: 'MD5' })).toBe(
      'Digest realm="acme.example.com", nonce="abc", algorithm=MD5, qop="auth"',
    );
    expect(buildChallenge({ realm: 'a', nonce: 'b', algorithm: 'SHA-256', stale: true })).toBe(
      'Digest realm="a", nonce="b", algorithm=SHA-256, qop="auth", stale=true',
    );
  });

  it('is read back by the client', () => {
    const parsed = parseDigestChallenge(
      buildChallenge({ realm: 'a "b"', nonce: 'n', algorithm: 'SHA-256', stale: true }),
    );
    expect(parsed).toEqual({
      ok: true,
      value: { realm: 'a "b"', nonce: 'n', algorithm: 'SHA-256', stale: true, qop: ['auth'] },
    });
  });
});

describe('parseDigestChallenge', () => {
  it('reads challenges of other servers', () => {
    expect(
      parseDigestChallenge('Digest qop="auth-int,auth", OPAQUE="o", nonce=n, realm="r", domain="sip:x, sip:y"'),
    ).toEqual({
      ok: true,
      value: { realm: 'r', nonce: 'n', algorithm: 'MD5', stale: false, qop: ['auth-int', 'auth'], opaque: 'o' },
    });
  });

  it.each([
    ['Basic realm="x"', 'scheme'],
    ['Digest realm="x"', 'missing-nonce'],
    ['Digest nonce="x"', 'missing-realm'],
    ['Digest realm="x", nonce="y", algorithm=MD5-sess', 'algorithm'],
  ])('refuses %s', (text, error) => {
    expect(parseDigestChallenge(text)).toEqual({ ok: false, error });
  });
});
