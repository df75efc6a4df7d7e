import { err, ok, type Result } from '@manyline/kernel';
import { readAuthParameters } from './read-auth-parameters.ts';

/** The digest algorithms that we offer (RFC 8760); the value is the name on the wire. */
export type DigestAlgorithm = 'MD5' | 'SHA-256';

/** What a client sends in Authorization or Proxy-Authorization (RFC 7616 §3.4). Texts are byte texts. */
export interface DigestCredentials {
  username: string;
  realm: string;
  nonce: string;
  uri: string;
  /** Lower-case hexadecimal. */
  response: string;
  /** MD5 when the client names none. */
  algorithm: DigestAlgorithm;
  qop?: string;
  cnonce?: string;
  /** The nonce count as a number, and its eight digits as they go into the hash. */
  nc?: number;
  ncText?: string;
  opaque?: string;
}

/** Reads an Authorization value. The error names the rule: `scheme`, `syntax`, `missing-nonce`, `algorithm`, `nc` … */
export function parseDigestCredentials(headerValue: string): Result<DigestCredentials, string> {
  const parameters = readAuthParameters(headerValue);
  if (!parameters.ok) return parameters;
  const fields = parameters.value;
  const username = fields.get('username');
  const realm = fields.get('realm');
  const nonce = fields.get('nonce');
  const uri = fields.get('uri');
  const response = fields.get('response');
  if (username === undefined) return err('missing-username');
  if (realm === undefined) return err('missing-realm');
  if (nonce === undefined) return err('missing-nonce');
  if (uri === undefined) return err('missing-uri');
  if (response === undefined) return err('missing-response');
  const algorithm = digestAlgorithm(fields.get('algorithm'));
  if (algorithm === undefined) return err('algorithm');
  if (!/^[0-9a-f]+$/i.test(response) || response.length !== (algorithm === 'MD5' ? 32 : 64)) return err('response');

  const credentials: DigestCredentials = { username, realm, nonce, uri, response: response.toLowerCase(), algorithm };
  const qop = fields.get('qop');
  const ncText = fields.get('nc');
  const cnonce = fields.get('cnonce');
  if (qop !== undefined) {
    if (cnonce === undefined || cnonce === '') return err('missing-cnonce');
    if (ncText === undefined) return err('missing-nc');
    credentials.qop = qop.toLowerCase();
  }
  if (cnonce !== undefined) credentials.cnonce = cnonce;
  if (ncText !== undefined) {
    if (!/^[0-9a-f]{8}$/i.test(ncText)) return err('nc');
    credentials.nc = Number.parseInt(ncText, 16);
    credentials.ncText = ncText;
  }
  const opaque = fields.get('opaque');
  if (opaque !== undefined) credentials.opaque = opaque;
  return ok(credentials);
}

/** The algorithm by its name in any case; MD5 for none (RFC 7616 §3.3), undefined for one that we do not have. */
export function digestAlgorithm(name: string | undefined): DigestAlgorithm | undefined {
  if (name === undefined || name === 'MD5') return 'MD5';
  const upper = name.toUpperCase();
  return upper === 'MD5' || upper === 'SHA-256' ? upper : undefined;
}
