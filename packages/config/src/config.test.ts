import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';
import { ConfigError } from './config-error.ts';

function problemsOf(env: Record<string, string>): Record<string, string> {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) {
      return Object.fromEntries(error.problems.map(({ variable, message }) => [variable, message]));
    }
    throw error;
  }
  return {};
}

const JWT_SECRET = 'a secret of more than 32 characters';

describe('loadConfig', () => {
  it('has the documented defaults', () => {
    expect(loadConfig({})).toMatchObject({
      httpHost: '0.0.0.0',
      httpPort: 8080,
      sipHost: '0.0.0.0',
      sipPort: 5060,
      sipTlsPorts: [5061],
      sipWsPort: 5066,
      sipWssPort: 7443,
      sipTls: undefined,
      publicAddress: undefined,
      rtpPortMin: 20_000,
      rtpPortMax: 29_999,
      baseDomain: 'pbx.localhost',
      dataDir: resolve('.data'),
      databaseUrl: undefined,
      redisUrl: undefined,
      s3: undefined,
      sipWorkers: 1,
      signupEmailVerification: 'off',
      drainSeconds: 0,
      signupRateLimit: 20,
      loginRateLimit: 5,
      apiRateLimit: 3000,
      allowPrivateTargets: true,
      allowPrivateHttp: false,
      demoTenant: true,
      logLevel: 'info',
      workerId: '1',
    });
  });

  it('has other defaults in production', () => {
    expect(loadConfig({ NODE_ENV: 'production', JWT_SECRET })).toMatchObject({
      drainSeconds: 600,
      allowPrivateTargets: false,
      jwtSecret: JWT_SECRET,
    });
    expect(loadConfig({ NODE_ENV: 'production', JWT_SECRET, DRAIN_SECONDS: '3' }).drainSeconds).toBe(3);
  });

  it('makes no demo tenant in a database of somebody else unless asked', () => {
    const DATABASE_URL = 'postgresql://user:password@db/manyline';
    expect(loadConfig({ DATABASE_URL }).demoTenant).toBe(false);
    expect(loadConfig({ DATABASE_URL, DEMO_TENANT: 'true' }).demoTenant).toBe(true);
  });

  it('requires verified addresses as soon as it can send mail', () => {
    expect(loadConfig({ SMTP_URL: 'smtp://mail.example' }).signupEmailVerification).toBe('required');
    expect(loadConfig({ SMTP_URL: 'smtp://mail.example', SIGNUP_EMAIL_VERIFICATION: 'off' })).toMatchObject({
      signupEmailVerification: 'off',
    });
  });

  it('reads lists, names and port 0', () => {
    const env = { SIP_TLS_PORT: ' 5061, 6060 ', BASE_DOMAIN: 'PBX.Example.com.', SIP_PORT: '0', PUBLIC_ADDRESS: '::1' };
    expect(loadConfig(env)).toMatchObject({
      sipTlsPorts: [5061, 6060],
      baseDomain: 'pbx.example.com',
      sipPort: 0,
      publicAddress: '::1',
    });
  });

  it('takes an empty variable as not set', () => {
    expect(loadConfig({ SIP_PORT: '', REDIS_URL: '  ' })).toMatchObject({ sipPort: 5060, redisUrl: undefined });
  });

  it.each([
    ['SIP_PORT', '70000'],
    ['SIP_PORT', '5060x'],
    ['HTTP_PORT', '-1'],
    ['HTTP_PORT', '0x50'],
    ['SIP_TLS_PORT', '5061,'],
    ['SIP_TLS_PORT', '5061,5061'],
    ['RTP_PORT_MIN', '80'],
    ['HTTP_HOST', '300.1.2.3'],
    ['SIP_HOST', 'a b'],
    ['PUBLIC_ADDRESS', 'pbx.example.com'],
    ['BASE_DOMAIN', 'pbx..example'],
    ['BASE_DOMAIN', '192.0.2.1'],
    ['LOG_LEVEL', 'loud'],
    ['DEMO_TENANT', 'maybe'],
    ['DRAIN_SECONDS', '1.5'],
    ['API_RATE_LIMIT', '0'],
    ['SIGNUP_EMAIL_VERIFICATION', 'sometimes'],
    ['WORKER_ID', 'a:b'],
  ])('names %s when it is "%s"', (variable, value) => {
    const problems = problemsOf({ [variable]: value });
    expect(Object.keys(problems)).toEqual([variable]);
    expect(problems[variable]).toContain(`${variable} "${value}" is not allowed: `);
  });

  it.each(['DATABASE_URL', 'REDIS_URL', 'SMTP_URL', 'SEALING_KEY', 'JWT_SECRET', 'PLATFORM_ADMIN_TOKEN'])(
    'does not repeat a bad %s',
    (variable) => {
      const message = problemsOf({ [variable]: 'hunter2' })[variable];
      expect(message).toMatch(/is not allowed: .* is expected$/);
      expect(message).not.toContain('hunter2');
    },
  );

  it('names every bad variable at once', () => {
    expect(Object.keys(problemsOf({ SIP_PORT: 'x', HTTP_PORT: 'y' })).sort()).toEqual(['HTTP_PORT', 'SIP_PORT']);
  });

  it.each([
    [{ SIP_WORKERS: '4' }, 'SIP_WORKERS'],
    [{ RTP_PORT_MIN: '20000', RTP_PORT_MAX: '20002' }, 'RTP_PORT_MAX'],
    [{ SIP_TLS_CERT: 'cert.pem' }, 'SIP_TLS_KEY'],
    [{ HTTP_TLS_KEY: 'key.pem' }, 'HTTP_TLS_CERT'],
    [{ NODE_ENV: 'production' }, 'JWT_SECRET'],
    [{ SIGNUP_EMAIL_VERIFICATION: 'required' }, 'SMTP_URL'],
  ])('judges variables together: %o', (env, variable) => {
    expect(Object.keys(problemsOf(env))).toEqual([variable]);
  });

  it.each([
    [{ SIP_TLS_PORT: '6061,5060' }, 'SIP_TLS_PORT', 'SIP_PORT'],
    [{ HTTP_PORT: '5060' }, 'HTTP_PORT', 'SIP_PORT'],
    [{ HTTP_PORT: '5061', HTTP_HOST: '127.0.0.1' }, 'HTTP_PORT', 'SIP_TLS_PORT'],
    [{ HTTP_PORT: '5060', SIP_HOST: 'pbx.example', HTTP_HOST: 'PBX.example' }, 'HTTP_PORT', 'SIP_PORT'],
    [{ HTTP_PORT: '5060', SIP_HOST: '::1', HTTP_HOST: '::' }, 'HTTP_PORT', 'SIP_PORT'],
  ])('refuses a port for two: %o', (env, variable, other) => {
    const problems = problemsOf(env);
    expect(Object.keys(problems)).toEqual([variable]);
    expect(problems[variable]).toMatch(
      new RegExp(`^${variable} "\\d+" is also the port of ${other}: each needs a TCP port of its own$`),
    );
  });

  it.each<Record<string, string>>([
    { SIP_PORT: '0', SIP_TLS_PORT: '0,0', HTTP_PORT: '0' },
    { HTTP_PORT: '5060', SIP_HOST: '192.0.2.1', HTTP_HOST: '127.0.0.1' },
    { HTTP_PORT: '5060', SIP_HOST: '192.0.2.1', HTTP_HOST: '::1' },
    { SIP_PORT: '5066' },
  ])('accepts ports that do not meet: %o', (env) => expect(problemsOf(env)).toEqual({}));

  it('takes an object store only whole', () => {
    const env = { S3_ENDPOINT: 'https://s3.example', S3_BUCKET: 'b', S3_ACCESS_KEY_ID: 'i' };
    expect(Object.keys(problemsOf(env))).toEqual(['S3_SECRET_ACCESS_KEY']);
    expect(loadConfig({ ...env, S3_SECRET_ACCESS_KEY: 's' }).s3).toEqual({
      endpoint: 'https://s3.example',
      bucket: 'b',
      region: 'us-east-1',
      accessKeyId: 'i',
      secretAccessKey: 's',
    });
  });
});
