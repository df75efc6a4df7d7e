import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMetrics, serveMetrics } from '@manyline/telemetry';
import { eventually, TcpRelay } from '@manyline/testkit';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import {
  type ApiFixture,
  goodPassword,
  problemOf,
  type RequestOptions,
  type SignedUp,
  startApi,
} from '../../test/api-fixture.ts';
import { openStallingRelay } from '../../test/stalling-relay.ts';

describe('a healthy service', () => {
  let api: ApiFixture;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  it('says so', async () => {
    expect(await api.request('GET', '/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await api.request('GET', '/readyz')).toMatchObject({
      status: 200,
      body: { status: 'ready', checks: { database: 'ok', redis: 'ok' } },
    });
  });

  it('counts its requests by route', async () => {
    const { token } = await api.signUp();
    await api.request('GET', `/v1/local-users/${crypto.randomUUID()}`, { token });
    const { body, headers } = await api.request('GET', '/metrics');
    expect(headers['content-type']).toContain('text/plain');
    const line = /^manyline_http_request_duration_seconds_count\{(.*route="\/v1\/local-users\/:id".*)\} (.*)$/m.exec(
      body,
    );
    expect(line?.[1]?.split(',').toSorted()).toEqual([
      'method="GET"',
      'process="api"',
      'route="/v1/local-users/:id"',
      'status="404"',
    ]);
    expect(line?.[2]).toBe('1');
  });
});

describe('GET /metrics', () => {
  it('merges the processes, and wants the platform token in production', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'manyline-metrics-'));
    const metrics = createMetrics('sip');
    metrics.counter('manyline_test_total', 'A test.').inc(7);
    const served = await serveMetrics(join(folder, 'sip.sock'), metrics.registry);
    const platformAdminToken = 'platform-administrator-token';
    const api = await startApi({ settings: { metricsSocketDir: folder, production: true, platformAdminToken } });
    const answers = await Promise.all([
      api.request('GET', '/metrics'),
      api.request('GET', '/metrics', { token: 'another-token' }),
      api.request('GET', '/metrics', { token: platformAdminToken }),
    ]);
    await api.close();
    await served.close();
    await rm(folder, { recursive: true });
    expect(answers[0]).toMatchObject(problemOf(401, 'unauthenticated'));
    expect(answers[1]).toMatchObject(problemOf(401, 'unauthenticated'));
    expect(answers[2]?.status).toBe(200);
    expect(answers[2]?.body).toContain('manyline_test_total{process="sip"} 7');
  });
});

describe('a service without Redis', () => {
  let redis: TcpRelay;
  let api: ApiFixture;
  let company: SignedUp;

  beforeAll(async () => {
    redis = await TcpRelay.open(inject('redisUrl'));
    api = await startApi({ redisUrl: redis.through(inject('redisUrl')) });
    company = await api.signUp();
    await redis.cut();
  });

  afterAll(async () => {
    await api.close();
    await redis.cut();
  });

  it('refuses what must be counted, serves the rest, and works again afterwards', async () => {
    await eventually('Redis is known to be away', async () => (await api.request('GET', '/readyz')).status === 503);
    const { email, token, refreshToken } = company;
    const logIn = () => api.request('POST', '/v1/auth/login', { body: { email, password: goodPassword } });
    const refused = [
      await logIn(),
      await api.request('POST', '/v1/auth/refresh', { body: { refreshToken } }),
      await api.request('POST', '/v1/signup', { body: { company: 'x', email: 'a@b.example', password: goodPassword } }),
      await api.request('GET', '/v1/registrations', { token }),
    ];
    for (const answer of refused) {
      expect(answer).toMatchObject(problemOf(503, 'bus_unavailable'));
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect((await api.request('GET', '/v1/tenant', { token })).status).toBe(200);
    expect((await api.request('POST', '/v1/local-users', { token, body: { number: '100' } })).status).toBe(201);
    expect((await api.request('GET', '/healthz')).status).toBe(200);
    expect((await api.request('GET', '/readyz')).body.checks).toEqual({ database: 'ok', redis: 'failed' });
    await redis.restore();
    await eventually('the API works again', async () => (await logIn()).status === 200);
    expect((await api.request('GET', '/readyz')).status).toBe(200);
  });
});

describe('a service whose Redis hangs', () => {
  it('says so long before a command of Redis would have failed', async () => {
    const redis = await openStallingRelay(inject('redisUrl'));
    const api = await startApi({ redisUrl: redis.url });
    onTestFinished(async () => {
      redis.resume();
      await api.close();
      redis.close();
    });
    const { email, token, refreshToken, tenantId } = await api.signUp();
    redis.stall();
    const ended: string[] = [];
    const command = api.bus.publishCommand({ type: 'remove-registration', tenantId, registrationId: 'r1' });
    const ended503 = async (method: string, url: string, options: RequestOptions) => {
      expect(await api.request(method, url, options)).toMatchObject(problemOf(503, 'bus_unavailable'));
      ended.push(url);
    };
    await Promise.all([
      command.catch(() => ended.push('command')),
      ended503('POST', '/v1/auth/login', { body: { email, password: goodPassword } }),
      ended503('POST', '/v1/auth/refresh', { body: { refreshToken } }),
      ended503('GET', '/v1/registrations', { token }),
      ended503('GET', `/v1/registrations/${crypto.randomUUID()}`, { token }),
    ]);
    expect(ended).toHaveLength(5);
    expect(ended.slice(0, 2).toSorted()).toEqual(['/v1/auth/login', '/v1/auth/refresh']);
    expect(ended.at(-1)).toBe('command');
  });
});

describe('a service without PostgreSQL', () => {
  it('answers 503 with Retry-After, and works again afterwards', async () => {
    let relay: TcpRelay | undefined;
    const api = await startApi({
      through: async (url) => {
        relay = await TcpRelay.open(url);
        return relay.through(url);
      },
    });
    const { token, email } = await api.signUp();
    await relay?.cut();
    const refused = [
      await api.request('GET', '/v1/tenant', { token }),
      await api.request('POST', '/v1/local-users', { token, body: { number: '100' } }),
      await api.request('POST', '/v1/auth/login', { body: { email, password: goodPassword } }),
      await api.request('GET', '/v1/signup/availability?slug=acme'),
    ];
    const ready = await api.request('GET', '/readyz');
    const healthy = await api.request('GET', '/healthz');
    await relay?.restore();
    await eventually(
      'the API works again',
      async () => (await api.request('GET', '/v1/tenant', { token })).status === 200,
    );
    await api.close();
    await relay?.cut();
    for (const answer of refused) {
      expect(answer).toMatchObject(problemOf(503, 'database_unavailable'));
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect(ready).toMatchObject({
      status: 503,
      body: { status: 'unavailable', checks: { database: 'failed', redis: 'ok' } },
    });
    expect(healthy.status).toBe(200);
  });
});
