import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { answerDigest, challengeParameters } from './digest-answer.ts';

const question = { method: 'REGISTER', uri: 'sip:example.com', username: '100', password: 'secret' };

describe('answers to a digest challenge', () => {
  it('computes the example of RFC 2617 §3.5 as it is without qop', () => {
    const challenge = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"';
    const answer = answerDigest({
      ...question,
      method: 'GET',
      uri: '/dir/index.html',
      username: 'Mufasa',
      password: 'Circle Of Life',
      challenge,
    });
    expect(challengeParameters(answer).get('response')).toBe('670fd8c2df070c60b045671b8b24ff02');
  });

  it('takes the algorithm and the qop of the challenge', () => {
    const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
    const answer = challengeParameters(
      answerDigest({ ...question, challenge: 'Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth,auth-int"' }),
    );
    const cnonce = answer.get('cnonce');
    expect(answer.get('qop')).toBe('auth');
    expect(answer.get('response')).toBe(
      sha256(`${sha256('100:r:secret')}:n:00000001:${cnonce}:auth:${sha256('REGISTER:sip:example.com')}`),
    );
  });
});
