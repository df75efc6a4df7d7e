import { constants } from 'node:crypto';
import type { SecureContextOptions, SecureVersion } from 'node:tls';
import { ManylineError } from '@manyline/kernel';

/** A certificate chain and its private key, in PEM. */
export interface TlsCertificate {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

const versions: { minVersion: SecureVersion; maxVersion: SecureVersion } = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
};

/** TLS 1.2 and 1.3 with forward secrecy and authenticated encryption only; no renegotiation. */
export const tlsRules: SecureContextOptions = {
  ...versions,
  ciphers: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'ECDHE+AESGCM',
    'ECDHE+CHACHA20',
  ].join(':'),
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
};

/** A certificate and key that cannot be used: unreadable, or not a pair. */
export function certificateError(cause: unknown): ManylineError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new ManylineError({
    code: 'tls_certificate_invalid',
    publicMessage: `the TLS certificate and key cannot be used: ${detail}`,
    cause,
  });
}
