import { createHash, randomBytes } from 'node:crypto';

export interface DigestQuestion {
  /** The WWW-Authenticate or Proxy-Authenticate value. */
  readonly challenge: string;
  readonly method: string;
  readonly uri: string;
  readonly username: string;
  readonly password: string;
  readonly nonceCount?: number;
}

/** The parameters of a challenge, names in lower case. */
export function challengeParameters(challenge: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const match of challenge
    .replace(/^\s*Digest\s+/i, '')
    .matchAll(/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^,\s]+))/g)) {
    parameters.set(match[1]!.toLowerCase(), match[2] ?? match[3] ?? '');
  }
  return parameters;
}

/** The Authorization value that answers a challenge (RFC 7616 §3.4), MD5 or SHA-256, with or without qop. */
export function answerDigest({ challenge, method, uri, username, password, nonceCount = 1 }: DigestQuestion): string {
  const parameters = challengeParameters(challenge);
  const algorithm = parameters.get('algorithm') ?? 'MD5';
  const name = algorithm.toUpperCase() === 'SHA-256' ? 'sha256' : 'md5';
  const hash = (text: string): string => createHash(name).update(text).digest('hex');
  const realm = parameters.get('realm') ?? '';
  const nonce = parameters.get('nonce') ?? '';
  const nc = nonceCount.toString(16).padStart(8, '0');
  const cnonce = randomBytes(8).toString('hex');
  const ha1 = hash(`${username}:${realm}:${password}`);
  const ha2 = hash(`${method}:${uri}`);
  const qop = (parameters.get('qop') ?? '').split(',').some((value) => value.trim() === 'auth');
  const response = hash(qop ? `${ha1}:${nonce}:${nc}:${cnonce}:auth:${ha2}` : `${ha1}:${nonce}:${ha2}`);
  const fields = [
    `username="${username}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${uri}"`,
    `response="${response}"`,
  ];
  fields.push(`algorithm=${algorithm}`);
  if (qop) fields.push('qop=auth', `nc=${nc}`, `cnonce="${cnonce}"`);
  const opaque = parameters.get('opaque');
  if (opaque !== undefined) fields.push(`opaque="${opaque}"`);
  return `Digest ${fields.join(', ')}`;
}
