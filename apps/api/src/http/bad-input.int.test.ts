/** What strangers send: every answer is a problem with a request id, never a stack trace. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiFixture, goodPassword, problemOf, startApi } from '../../test/api-fixture.ts';

let api: ApiFixture;
let token: string;

beforeAll(async () => {
  api = await startApi();
  ({ token } = await api.signUp());
});

afterAll(() => api.close());

describe('bodies', () => {
  it.each(['{', '{"email":', 'nonsense', '{"a":1}x', '\u0000', '{"__proto__":{"x":1}}', '"\\ud800'])(
    'refuses %j as JSON',
    async (body) => {
      const answer = await api.request('POST', '/v1/auth/login', { body });
      expect(answer).toMatchObject(problemOf(400, 'validation_failed'));
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.ts:|at .*\(/);
    },
  );

  it('refuses other media types', async () => {
    for (const type of ['text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'x']) {
      const answer = await api.request('POST', '/v1/auth/login', { body: '{}', headers: { 'content-type': type } });
      expect(answer).toMatchObject(problemOf(415, 'unsupported_media_type'));
    }
  });

  it('refuses a huge body before reading it, and a deep one without harm', async () => {
    const huge = await api.request('POST', '/v1/auth/login', { body: JSON.stringify({ email: 'x'.repeat(300_000) }) });
    expect(huge).toMatchObject(problemOf(413, 'body_too_large'));
    const deep = await api.request('POST', '/v1/auth/login', { body: '['.repeat(100_000) + ']'.repeat(100_000) });
    expect(deep).toMatchObject(problemOf(400, 'validation_failed'));
    const deepPatch = `{"forwarding":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_001)}`;
    const patched = await api.request('PATCH', '/v1/tenant', { token, body: deepPatch });
    expect(patched).toMatchObject(problemOf(400, 'validation_failed'));
  });

  it('tells at most fifty of many bad values', async () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`field${index}`, index]));
    const answer = await api.request('POST', '/v1/auth/login', { body: many });
    expect(answer).toMatchObject(problemOf(400, 'validation_failed'));
    expect(answer.body.errors.length).toBe(50);
  });

  it('takes an empty body as none', async () => {
    const answer = await api.request('POST', '/v1/auth/login', { body: '' });
    expect(answer).toMatchObject(problemOf(400, 'validation_failed'));
    const created = await api.request('POST', '/v1/local-users', { token, body: { number: '555' } });
    const headers = { 'content-type': 'application/json' };
    const deleted = await api.request('DELETE', `/v1/local-users/${created.body.id}`, { token, headers });
    expect(deleted.status).toBe(204);
  });
});

describe('routes', () => {
  it.each([
    ['GET', '/v1/nothing'],
    ['GET', '/nothing'],
    ['PUT', '/v1/tenant'],
    ['TRACE', '/v1/tenant'],
    ['GET', '/../etc/passwd'],
    ['GET', `/v1/local-users/${'x'.repeat(5000)}`],
  ])('answers %s %.40s with 404', async (method, url) => {
    expect(await api.request(method, url, { token })).toMatchObject(problemOf(404, 'not_found'));
  });

  it('answers a broken path with 400', async () => {
    expect(await api.request('GET', '/v1/%zz')).toMatchObject(problemOf(400, 'validation_failed'));
  });
});

describe('request ids', () => {
  it('come back when they are fit for logs, and are made otherwise', async () => {
    const ask = (id: string) => api.request('GET', '/v1/nothing', { headers: { 'x-request-id': id } });
    const kept = await ask('client-7:abc');
    expect(kept.headers['x-request-id']).toBe('client-7:abc');
    expect(kept.body.requestId).toBe('client-7:abc');
    for (const unfit of ['', 'a b', 'x'.repeat(129), '<script>', '"']) {
      const { headers, body } = await ask(unfit);
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
      expect(body.requestId).toBe(headers['x-request-id']);
    }
    expect((await api.request('GET', '/healthz')).headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('faults of ours', () => {
  it('are 500 without a word of what happened', async () => {
    const broken = await startApi();
    const { email } = await broken.signUp();
    broken.database.findAdminByEmail = () => Promise.reject(new Error('secret detail of the fault'));
    const answer = await broken.request('POST', '/v1/auth/login', { body: { email, password: goodPassword } });
    await broken.close();
    expect(answer).toMatchObject(problemOf(500, 'internal_error'));
    expect(JSON.stringify(answer.body)).not.toContain('secret detail');
  });
});
