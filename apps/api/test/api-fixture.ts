/** The API over a real database and a real Redis, without a socket: requests are injected. */
import { randomBytes } from 'node:crypto';
import { type Bus, connectBus } from '@manyline/bus';
import { type Database, openDatabase } from '@manyline/db';
import { silentLogger } from '@manyline/kernel';
import { createMetrics } from '@manyline/telemetry';
import { createTestDatabase } from '@manyline/testkit';
import { inject } from 'vitest';
import type { ApiSettings } from '../src/api-context.ts';
import { PasswordHasher } from '../src/auth/password-hasher.ts';
import { TokenIssuer } from '../src/auth/token-issuer.ts';
import { createApiServer } from '../src/server.ts';

export interface ApiFixtureOptions {
  readonly settings?: Partial<ApiSettings>;
  /** Default: those of the test run. */
  readonly redisUrl?: string;
  /** Where the server reaches the database, made from where it is. */
  readonly through?: (databaseUrl: string) => Promise<string>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into bodies of every shape
  readonly body: any;
}

export interface RequestOptions {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly address?: string;
}

export const goodPassword = 'Slow-Heron-7c1d';

/** A company that signed up through the API. */
export interface SignedUp {
  readonly tenantId: string;
  readonly sipDomain: string;
  readonly email: string;
  readonly token: string;
  readonly refreshToken: string;
}

export type ApiFixture = Awaited<ReturnType<typeof startApi>>;

const jwtSecret = randomBytes(32).toString('hex');

export async function startApi({ settings, redisUrl = inject('redisUrl'), through }: ApiFixtureOptions = {}) {
  const testDatabase = await createTestDatabase(inject('postgresUrl'));
  const databaseUrl = (await through?.(testDatabase.url)) ?? testDatabase.url;
  const database: Database = await openDatabase({
    url: databaseUrl,
    sealingKey: randomBytes(32),
    logger: silentLogger,
  });
  const bus: Bus = await connectBus({ redisUrl, logger: silentLogger });
  const app = await createApiServer({
    settings: {
      baseDomain: 'pbx.test',
      production: false,
      platformAdminToken: undefined,
      metricsSocketDir: undefined,
      signupRateLimit: 1000,
      loginRateLimit: 1000,
      apiRateLimit: 10_000,
      ...settings,
    },
    database,
    bus,
    tokens: new TokenIssuer(jwtSecret),
    passwords: new PasswordHasher(),
    metrics: createMetrics('api'),
    logger: silentLogger,
  });
  // Tests share Redis, and with it the counts of rate limits: each fixture comes from an address of its own.
  const ownAddress = `10.${[...randomBytes(3)].join('.')}`;

  async function request(method: string, url: string, options: RequestOptions = {}): Promise<Answer> {
    const { token, body, headers = {}, address = ownAddress } = options;
    const response = await app.inject({
      method: method as 'GET',
      url,
      remoteAddress: address,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const isJson = /json/.test(String(response.headers['content-type']));
    return {
      status: response.statusCode,
      headers: response.headers as Answer['headers'],
      body: isJson ? response.json() : response.body,
    };
  }

  let companies = 0;
  async function signUp(more: object = {}): Promise<SignedUp> {
    const company = `Company ${++companies}`;
    const email = `owner${companies}@company.example`;
    const answer = await request('POST', '/v1/signup', { body: { company, email, password: goodPassword, ...more } });
    if (answer.status !== 201) throw new Error(`sign-up: ${JSON.stringify(answer.body)}`);
    const { tenant, accessToken, refreshToken } = answer.body;
    return { tenantId: tenant.id, sipDomain: tenant.sipDomain, email, token: accessToken, refreshToken };
  }

  return {
    app,
    database,
    bus,
    /** What access tokens are signed with. */
    jwtSecret,
    /** Runs SQL as the tables' owner: to look behind the API. */
    asOwner: testDatabase.query,
    request,
    signUp,
    async close(): Promise<void> {
      await app.close();
      await bus.close();
      await database.close();
      await testDatabase.drop();
    },
  };
}

/** What every error looks like. */
export function problemOf(status: number, code: string): object {
  return {
    status,
    body: { status, code, title: expectText, detail: expectText, type: expectText, requestId: expectText },
  };
}

const expectText = { asymmetricMatch: (value: unknown) => typeof value === 'string' && value !== '' };
