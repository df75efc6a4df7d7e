import { hash } from 'node:crypto';
import type { DigestAlgorithm, DigestCredentials } from './digest-credentials.ts';

/** H(username:realm:password) in lower-case hexadecimal, the form in which a password is kept (RFC 7616 §3.4.2). */
export function computeHa1(algorithm: DigestAlgorithm, username: string, realm: string, password: string): string {
  return hash(hashNames[algorithm], `${username}:${realm}:${password}`);
}

/** The fields of the credentials that go into the response. */
export type DigestInput = Pick<DigestCredentials, 'nonce' | 'uri' | 'qop' | 'cnonce' | 'ncText'>;

/** The right `response` of these credentials (RFC 7616 §3.4.1); without qop in the form of RFC 2069. */
export function computeResponse(
  algorithm: DigestAlgorithm,
  ha1: string,
  method: string,
  credentials: DigestInput,
): string {
  const { nonce, uri, qop, cnonce, ncText } = credentials;
  const ha2 = digest(algorithm, `${method}:${uri}`);
  const middle = qop === undefined ? nonce : `${nonce}:${ncText}:${cnonce}:${qop}`;
  return digest(algorithm, `${ha1}:${middle}:${ha2}`);
}

/**
 * Whether the credentials prove knowledge of `ha1`, which was made with `algorithm`. Compares in constant time.
 * Only `qop=auth` is accepted: we always offer it, and without it there is no nonce count to stop a replay.
 */
export function verifyResponse(
  algorithm: DigestAlgorithm,
  ha1: string,
  method: string,
  credentials: DigestCredentials,
): boolean {
  if (credentials.algorithm !== algorithm || credentials.qop !== 'auth') return false;
  return equalInConstantTime(computeResponse(algorithm, ha1, method, credentials), credentials.response);
}

const hashNames: Readonly<Record<DigestAlgorithm, string>> = { MD5: 'md5', 'SHA-256': 'sha256' };

/** Hashes a byte text as the bytes that it stands for. */
function digest(algorithm: DigestAlgorithm, text: string): string {
  return hash(hashNames[algorithm], /[^\0-\x7f]/.test(text) ? Buffer.from(text, 'latin1') : text);
}

function equalInConstantTime(expected: string, given: string): boolean {
  if (expected.length !== given.length) return false;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) difference |= expected.charCodeAt(i) ^ given.charCodeAt(i);
  return difference === 0;
}
