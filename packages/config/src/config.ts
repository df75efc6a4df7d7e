import { resolve } from 'node:path';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import { type Environment, environmentSchema, secretVariables } from './environment.ts';
import { environmentProblems } from './environment-rules.ts';

/** A certificate and its key: paths of PEM files. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

export interface S3Config {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The settings of a process, made from its environment; defaults are applied. */
export interface Config {
  readonly nodeEnv: 'development' | 'test' | 'production';
  readonly production: boolean;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  readonly httpHost: string;
  readonly httpPort: number;
  /** HTTPS when set. */
  readonly httpTls: TlsFiles | undefined;
  readonly sipHost: string;
  readonly sipPort: number;
  /** At least one. */
  readonly sipTlsPorts: readonly number[];
  readonly sipWsPort: number;
  readonly sipWssPort: number;
  /** Undefined: apps/standalone makes a self-signed pair in `dataDir`/tls. */
  readonly sipTls: TlsFiles | undefined;
  readonly sipWorkers: number;
  readonly publicAddress: string | undefined;
  readonly baseDomain: string;
  readonly rtpPortMin: number;
  readonly rtpPortMax: number;
  readonly drainSeconds: number;
  readonly allowPrivateTargets: boolean;
  readonly allowPrivateHttp: boolean;
  /** Absolute. */
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  readonly s3: S3Config | undefined;
  readonly demoTenant: boolean;
  readonly jwtSecret: string | undefined;
  readonly platformAdminToken: string | undefined;
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string | undefined;
  readonly signupEmailVerification: 'off' | 'required';
  /** Sign-ups an hour and address. */
  readonly signupRateLimit: number;
  /** Log-ins a minute, account and address. */
  readonly loginRateLimit: number;
  /** Requests a minute and token. */
  readonly apiRateLimit: number;
  /** Path of the media process's control socket, or host:port. */
  readonly mediaControl: string | undefined;
  /** Directory in which each process offers its metrics on a socket. */
  readonly metricsSocketDir: string | undefined;
  /** 32 bytes in base64: seals what the database keeps of passwords. */
  readonly sealingKey: string | undefined;
  readonly workerId: string;
}

/**
 * Reads the environment. An empty variable counts as not set; unknown variables are ignored.
 * Throws ConfigError that names every bad variable, its value (unless secret) and what is allowed.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map((issue) => badValue(String(issue.path[0]), given[String(issue.path[0])], issue.message)),
    );
  }
  const problems = environmentProblems(parsed.data);
  if (problems.length > 0) throw new ConfigError(problems);
  return toConfig(parsed.data);
}

function badValue(variable: string, value: string | undefined, allowed: string): ConfigProblem {
  const shown = secretVariables.has(variable) ? 'has a value that' : `"${value?.slice(0, 100)}"`;
  return { variable, message: `${variable} ${shown} is not allowed: ${allowed} is expected` };
}

function toConfig(environment: Environment): Config {
  const production = environment.NODE_ENV === 'production';
  return {
    nodeEnv: environment.NODE_ENV,
    production,
    logLevel: environment.LOG_LEVEL,
    httpHost: environment.HTTP_HOST,
    httpPort: environment.HTTP_PORT,
    httpTls: tlsFiles(environment.HTTP_TLS_CERT, environment.HTTP_TLS_KEY),
    sipHost: environment.SIP_HOST,
    sipPort: environment.SIP_PORT,
    sipTlsPorts: environment.SIP_TLS_PORT,
    sipWsPort: environment.SIP_WS_PORT,
    sipWssPort: environment.SIP_WSS_PORT,
    sipTls: tlsFiles(environment.SIP_TLS_CERT, environment.SIP_TLS_KEY),
    sipWorkers: environment.SIP_WORKERS,
    publicAddress: environment.PUBLIC_ADDRESS,
    baseDomain: environment.BASE_DOMAIN,
    rtpPortMin: environment.RTP_PORT_MIN,
    rtpPortMax: environment.RTP_PORT_MAX,
    drainSeconds: environment.DRAIN_SECONDS ?? (production ? 600 : 0),
    allowPrivateTargets: environment.ALLOW_PRIVATE_TARGETS ?? !production,
    allowPrivateHttp: environment.ALLOW_PRIVATE_HTTP,
    dataDir: resolve(environment.DATA_DIR),
    databaseUrl: environment.DATABASE_URL,
    redisUrl: environment.REDIS_URL,
    s3: s3Config(environment),
    demoTenant: environment.DEMO_TENANT ?? environment.DATABASE_URL === undefined,
    jwtSecret: environment.JWT_SECRET,
    platformAdminToken: environment.PLATFORM_ADMIN_TOKEN,
    smtpUrl: environment.SMTP_URL,
    mailFrom: environment.MAIL_FROM,
    signupEmailVerification:
      environment.SIGNUP_EMAIL_VERIFICATION ?? (environment.SMTP_URL === undefined ? 'off' : 'required'),
    signupRateLimit: environment.SIGNUP_RATE_LIMIT,
    loginRateLimit: environment.LOGIN_RATE_LIMIT,
    apiRateLimit: environment.API_RATE_LIMIT,
    mediaControl: environment.MEDIA_CONTROL,
    metricsSocketDir: environment.METRICS_SOCKET_DIR,
    sealingKey: environment.SEALING_KEY,
    workerId: environment.WORKER_ID,
  };
}

function tlsFiles(cert: string | undefined, key: string | undefined): TlsFiles | undefined {
  return cert !== undefined && key !== undefined ? { cert: resolve(cert), key: resolve(key) } : undefined;
}

function s3Config(environment: Environment): S3Config | undefined {
  if (environment.S3_ENDPOINT === undefined) return undefined;
  return {
    endpoint: environment.S3_ENDPOINT,
    bucket: environment.S3_BUCKET ?? '',
    region: environment.S3_REGION ?? 'us-east-1',
    accessKeyId: environment.S3_ACCESS_KEY_ID ?? '',
    secretAccessKey: environment.S3_SECRET_ACCESS_KEY ?? '',
  };
}
