import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDigestCredentials } from './digest-credentials.ts';

const response = '6629fae49393a05397450978507c4ef1';
const fields = `username="1001", realm="r", nonce="n", uri="sip:r", response="${response}"`;

describe('parseDigestCredentials', () => {
  it('reads every field', () => {
    const text = `dIgEsT ${fields} ,algorithm=md5 , cnonce = "a,b\\"c" ,qop=auth,NC=0000000a, opaque="", other=1`;
    expect(parseDigestCredentials(text)).toEqual({
      ok: true,
      value: {
        username: '1001',
        realm: 'r',
        nonce: 'n',
        uri: 'sip:r',
        response,
        algorithm: 'MD5',
        cnonce: 'a,b"c',
        qop: 'auth',
        nc: 10,
        ncText: '0000000a',
        opaque: '',
      },
    });
  });

  it('takes MD5 when no algorithm is named, and SHA-256 with its longer response', () => {
    expect(parseDigestCredentials(`Digest ${fields}`)).toMatchObject({ ok: true, value: { algorithm: 'MD5' } });
    const sha256 = fields.replace(response, response + response);
    expect(parseDigestCredentials(`Digest ${sha256}, algorithm=SHA-256`)).toMatchObject({ ok: true });
  });

  it.each([
    ['', 'scheme'],
    ['Basic abc', 'scheme'],
    ['Digestive x=y', 'scheme'],
    ['Digest ', 'syntax'],
    ['Digest username', 'syntax'],
    ['Digest username=', 'syntax'],
    ['Digest username="x', 'syntax'],
    [`Digest ${fields},`, 'syntax'],
    [`Digest ${fields} qop=auth`, 'syntax'],
    [`Digest ${fields}, nonce="m"`, 'syntax'],
    ['Digest realm="r", nonce="n", uri="u", response="x"', 'missing-username'],
    ['Digest username="x", nonce="n", uri="u", response="x"', 'missing-realm'],
    ['Digest username="x", realm="r", uri="u", response="x"', 'missing-nonce'],
    ['Digest username="x", realm="r", nonce="n", response="x"', 'missing-uri'],
    ['Digest username="x", realm="r", nonce="n", uri="u"', 'missing-response'],
    [`Digest ${fields.replace(response, 'abc')}`, 'response'],
    [`Digest ${fields.replace(response, 'z'.repeat(32))}`, 'response'],
    [`Digest ${fields}, algorithm=AKAv1-MD5`, 'algorithm'],
    [`Digest ${fields}, qop=auth, nc=00000001`, 'missing-cnonce'],
    [`Digest ${fields}, qop=auth, cnonce="c"`, 'missing-nc'],
    [`Digest ${fields}, qop=auth, cnonce="c", nc=1`, 'nc'],
    [`Digest ${fields}, qop=auth, cnonce="c", nc=-0000001`, 'nc'],
  ])('refuses %s', (text, error) => {
    expect(parseDigestCredentials(text)).toEqual({ ok: false, error });
  });

  it('never throws', () => {
    const piece = fc.constantFrom('username', 'nonce', '=', '"', ',', ' ', '\\', 'x', '__proto__', '\0', 'nc');
    const property = fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      parseDigestCredentials(`Digest ${pieces.join('')}`);
    });
    fc.assert(property, { numRuns: 1000 });
  });
});
