/** The environment of every process: one schema, one line a variable. docs/reference lists the same names. */
import { z } from 'zod';
import {
  base64Key,
  boolean,
  domain,
  integer,
  ipAddress,
  listenHost,
  oneOf,
  port,
  portList,
  processName,
  text,
  url,
} from './variable.ts';

/** Attempts in one window, 1 to a million. */
const attempts = () => integer(1, 1_000_000, 'a number of attempts');

export const environmentSchema = z.object({
  NODE_ENV: oneOf(['development', 'test', 'production']).default('development'),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),

  HTTP_HOST: listenHost().default('0.0.0.0'),
  HTTP_PORT: port().default(8080),
  HTTP_TLS_CERT: text().optional(),
  HTTP_TLS_KEY: text().optional(),

  SIP_HOST: listenHost().default('0.0.0.0'),
  SIP_PORT: port().default(5060),
  SIP_TLS_PORT: portList().default([5061]),
  SIP_WS_PORT: port().default(5066),
  SIP_WSS_PORT: port().default(7443),
  SIP_TLS_CERT: text().optional(),
  SIP_TLS_KEY: text().optional(),
  SIP_WORKERS: integer(1, 256, 'a number of workers').default(1),
  PUBLIC_ADDRESS: ipAddress().optional(),
  BASE_DOMAIN: domain().default('pbx.localhost'),
  RTP_PORT_MIN: integer(1024, 65_535, 'a port number').default(20_000),
  RTP_PORT_MAX: integer(1024, 65_535, 'a port number').default(29_999),
  DRAIN_SECONDS: integer(0, 86_400, 'a number of seconds').optional(),
  ALLOW_PRIVATE_TARGETS: boolean().optional(),
  ALLOW_PRIVATE_HTTP: boolean().default(false),

  DATA_DIR: text().default('.data'),
  DATABASE_URL: url(['postgresql', 'postgres']).optional(),
  REDIS_URL: url(['redis', 'rediss']).optional(),
  S3_ENDPOINT: url(['https', 'http']).optional(),
  S3_BUCKET: text().optional(),
  S3_REGION: text().optional(),
  S3_ACCESS_KEY_ID: text().optional(),
  S3_SECRET_ACCESS_KEY: text().optional(),
  DEMO_TENANT: boolean().optional(),

  JWT_SECRET: text(32).optional(),
  PLATFORM_ADMIN_TOKEN: text(16).optional(),
  SMTP_URL: url(['smtp', 'smtps']).optional(),
  MAIL_FROM: text().optional(),
  SIGNUP_EMAIL_VERIFICATION: oneOf(['off', 'required']).optional(),
  SIGNUP_RATE_LIMIT: attempts().default(20),
  LOGIN_RATE_LIMIT: attempts().default(5),
  API_RATE_LIMIT: attempts().default(3000),

  // Set by apps/standalone or by the operator of separate processes.
  MEDIA_CONTROL: text().optional(),
  METRICS_SOCKET_DIR: text().optional(),
  SEALING_KEY: base64Key(32).optional(),
  WORKER_ID: processName().default('1'),
});

export type Environment = z.output<typeof environmentSchema>;

/** Variables whose value is never repeated in a message. */
export const secretVariables: ReadonlySet<string> = new Set<keyof Environment>([
  'DATABASE_URL',
  'REDIS_URL',
  'S3_SECRET_ACCESS_KEY',
  'JWT_SECRET',
  'PLATFORM_ADMIN_TOKEN',
  'SMTP_URL',
  'SEALING_KEY',
]);
