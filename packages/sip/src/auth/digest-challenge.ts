import { err, ok, type Result } from '@manyline/kernel';
import { quote } from '../uri/quoted-string.ts';
import { type DigestAlgorithm, digestAlgorithm } from './digest-credentials.ts';
import { readAuthParameters } from './read-auth-parameters.ts';

/** What a server sends in WWW-Authenticate or Proxy-Authenticate (RFC 7616 §3.3). */
export interface DigestChallenge {
  realm: string;
  nonce: string;
  algorithm: DigestAlgorithm;
  /** The nonce was right but too old: the client answers again without asking its user. */
  stale: boolean;
  /** Lower case; empty for a server of RFC 2069. */
  qop: readonly string[];
  opaque?: string;
}

/** The value of WWW-Authenticate or Proxy-Authenticate. We always ask for `qop=auth`. */
export function buildChallenge(challenge: {
  realm: string;
  nonce: string;
  algorithm: DigestAlgorithm;
  stale?: boolean;
}): string {
  const stale = challenge.stale ? ', stale=true' : '';
  const { realm, nonce, algorithm } = challenge;
  return `Digest realm=${quote(realm)}, nonce=${quote(nonce)}, algorithm=${algorithm}, qop="auth"${stale}`;
}

/** Reads a challenge. The error names the rule: `scheme`, `syntax`, `missing-nonce`, `algorithm` … */
export function parseDigestChallenge(headerValue: string): Result<DigestChallenge, string> {
  const parameters = readAuthParameters(headerValue);
  if (!parameters.ok) return parameters;
  const fields = parameters.value;
  const realm = fields.get('realm');
  const nonce = fields.get('nonce');
  if (realm === undefined) return err('missing-realm');
  if (nonce === undefined) return err('missing-nonce');
  const algorithm = digestAlgorithm(fields.get('algorithm'));
  if (algorithm === undefined) return err('algorithm');
  const qop = (fields.get('qop') ?? '')
    .toLowerCase()
    .split(/[ \t,]+/)
    .filter((each) => each !== '');
  const challenge: DigestChallenge = {
    realm,
    nonce,
    algorithm,
    stale: fields.get('stale')?.toLowerCase() === 'true',
    qop,
  };
  const opaque = fields.get('opaque');
  if (opaque !== undefined) challenge.opaque = opaque;
  return ok(challenge);
}
