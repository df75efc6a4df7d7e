import type { Logger } from '@manyline/kernel';
import { pino } from 'pino';

export interface LoggerOptions {
  /** The process or part that speaks: `sip`, `api`. */
  name: string;
  /** A pino level: fatal, error, warn, info, debug, trace, silent. */
  level: string;
}

/** Fields that are never written, at the top of a record or one level down. */
const SECRET_FIELDS = [
  'password',
  'passwd',
  'secret',
  'token',
  'accessToken',
  'refreshToken',
  'apiKey',
  'authorization',
  'proxyAuthorization',
  'cookie',
  'ha1',
  'jwtSecret',
  'sealingKey',
  'databaseUrl',
  'redisUrl',
  'privateKey',
];

const redactedPaths = [
  ...SECRET_FIELDS,
  ...SECRET_FIELDS.map((field) => `*.${field}`),
  'req.headers.authorization',
  'req.headers.cookie',
  'request.headers.authorization',
  'request.headers.cookie',
];

/**
 * The logger of a process: JSON lines on standard error, so that standard output stays for people and scripts.
 * Writing never blocks the event loop.
 */
export function createLogger({ name, level }: LoggerOptions): Logger {
  return pino(
    { name, level, redact: { paths: redactedPaths, censor: '[redacted]' } },
    pino.destination({ dest: 2, sync: false, minLength: 0 }),
  );
}
