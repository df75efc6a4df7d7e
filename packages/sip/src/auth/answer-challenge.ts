import { quote } from '../uri/quoted-string.ts';
import type { DigestChallenge } from './digest-challenge.ts';
import { computeHa1, computeResponse } from './digest-response.ts';

export interface ChallengeAnswer {
  challenge: DigestChallenge;
  method: string;
  /** The digest-uri, normally the Request-URI. */
  uri: string;
  username: string;
  password: string;
  /** The client's nonce: unpredictable, new for each answer. */
  cnonce: string;
  /** How often this nonce has been answered, this time included. */
  nonceCount: number;
}

/** The client's side: the value of Authorization or Proxy-Authorization that answers a challenge (RFC 7616 §3.4). */
export function answerChallenge(answer: ChallengeAnswer): string {
  const { challenge, username, method, uri, cnonce } = answer;
  const { realm, nonce, algorithm, opaque } = challenge;
  const qop = challenge.qop.includes('auth') ? 'auth' : undefined;
  const ncText = answer.nonceCount.toString(16).padStart(8, '0');
  const ha1 = computeHa1(algorithm, username, realm, answer.password);
  const response = computeResponse(algorithm, ha1, method, { nonce, uri, qop, cnonce, ncText });
  let value = `Digest username=${quote(username)}, realm=${quote(realm)}, nonce=${quote(nonce)}, uri=${quote(uri)}`;
  value += `, response="${response}", algorithm=${algorithm}`;
  if (qop !== undefined) value += `, qop=${qop}, cnonce=${quote(cnonce)}, nc=${ncText}`;
  return opaque === undefined ? value : `${value}, opaque=${quote(opaque)}`;
}
