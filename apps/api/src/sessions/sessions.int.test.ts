import { randomBytes } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiFixture, goodPassword, problemOf, startApi } from '../../test/api-fixture.ts';

let api: ApiFixture;

beforeAll(async () => {
  api = await startApi();
});

afterAll(() => api.close());

const post = (path: string, body: unknown) => api.request('POST', `/v1/auth/${path}`, { body });
const refresh = (refreshToken: string) => post('refresh', { refreshToken });
const readTenant = (token: string) => api.request('GET', '/v1/tenant', { token });

describe('POST /v1/auth/login', () => {
  it('gives tokens that work', async () => {
    const { email, tenantId } = await api.signUp();
    const answer = await post('login', { email: email.toUpperCase(), password: goodPassword });
    expect(answer).toMatchObject({ status: 200, body: { expiresInSeconds: 900 } });
    expect((await readTenant(answer.body.accessToken)).body.id).toBe(tenantId);
  });

  it('answers an unknown address and a wrong password alike', async () => {
    const { email } = await api.signUp();
    const wrong = await post('login', { email, password: 'wrong-password' });
    const unknown = await post('login', { email: 'nobody@nowhere.example', password: 'wrong-password' });
    expect(wrong).toMatchObject(problemOf(401, 'invalid_credentials'));
    expect({ ...unknown.body, requestId: '' }).toEqual({ ...wrong.body, requestId: '' });
    expect(wrong.headers['www-authenticate']).toBe('Bearer');
  });

  it('works for many at once', async () => {
    const { email } = await api.signUp();
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => post('login', { email, password: goodPassword })),
    );
    expect(answers.map((answer) => answer.status)).toEqual(Array(12).fill(200));
  });

  it('counts attempts by address and account', async () => {
    const limited = await startApi({ settings: { loginRateLimit: 3 } });
    const { email } = await limited.signUp();
    const logIn = (of: string, password: string, address?: string) =>
      limited.request('POST', '/v1/auth/login', { body: { email: of, password }, address });
    const statuses = [];
    for (let attempt = 0; attempt < 3; attempt++) statuses.push((await logIn(email, 'wrong-password')).status);
    const refused = await logIn(email, goodPassword);
    const otherAccount = await logIn('other@nowhere.example', 'wrong-password');
    const otherAddress = await logIn(email, goodPassword, `198.51.100.${Math.floor(Math.random() * 250)}`);
    await limited.close();
    expect(statuses).toEqual([401, 401, 401]);
    expect(refused).toMatchObject(problemOf(429, 'rate_limited'));
    const retryAfter = Number(refused.headers['retry-after']);
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(60);
    expect(otherAccount.status).toBe(401);
    expect(otherAddress.status).toBe(200);
  });

  it('refuses bodies of another shape', async () => {
    for (const body of [{}, { email: 'a@b.example' }, { email: ['a@b.example'], password: 'x' }, [], null, 'text', 5]) {
      expect(await post('login', body)).toMatchObject(problemOf(400, 'validation_failed'));
    }
  });
});

describe('POST /v1/auth/refresh', () => {
  it('exchanges a token once; the next one goes on', async () => {
    const { refreshToken, tenantId } = await api.signUp();
    const first = await refresh(refreshToken);
    expect(first).toMatchObject({ status: 200, body: { expiresInSeconds: 900 } });
    expect(first.body.refreshToken).not.toBe(refreshToken);
    const second = await refresh(first.body.refreshToken);
    expect(second.status).toBe(200);
    expect((await readTenant(second.body.accessToken)).body.id).toBe(tenantId);
  });

  it('revokes the whole family when a token is used again, and no other family', async () => {
    const { refreshToken, email } = await api.signUp();
    const other = (await post('login', { email, password: goodPassword })).body.refreshToken;
    const next = (await refresh(refreshToken)).body.refreshToken;
    expect(await refresh(refreshToken)).toMatchObject(problemOf(401, 'token_reused'));
    expect(await refresh(next)).toMatchObject(problemOf(401, 'token_invalid'));
    expect((await refresh(other)).status).toBe(200);
  });

  it('lets exactly one of two that come at once win', async () => {
    const { refreshToken } = await api.signUp();
    const answers = await Promise.all([refresh(refreshToken), refresh(refreshToken)]);
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([200, 401]);
    expect(answers.find((answer) => answer.status === 401)?.body.code).toBe('token_reused');
  });

  it('refuses tokens that are not ours or have expired', async () => {
    expect(await refresh(randomBytes(32).toString('base64url'))).toMatchObject(problemOf(401, 'token_invalid'));
    expect(await refresh('x')).toMatchObject(problemOf(401, 'token_invalid'));
    expect(await refresh('')).toMatchObject(problemOf(400, 'validation_failed'));
    const { refreshToken, tenantId } = await api.signUp();
    await api.asOwner("UPDATE refresh_tokens SET expires_at = now() - interval '1 second' WHERE tenant_id = $1", [
      tenantId,
    ]);
    expect(await refresh(refreshToken)).toMatchObject(problemOf(401, 'token_expired'));
  });

  it('keeps no token in the database', async () => {
    const { refreshToken, tenantId } = await api.signUp();
    const rows = await api.asOwner<{ line: string }>(
      'SELECT r::text AS line FROM refresh_tokens r WHERE tenant_id = $1',
      [tenantId],
    );
    expect(rows.length).toBe(1);
    expect(rows[0]?.line).not.toContain(refreshToken);
  });
});

describe('POST /v1/auth/logout', () => {
  it('revokes the log-in, whichever of its tokens is shown', async () => {
    const { refreshToken } = await api.signUp();
    const next = (await refresh(refreshToken)).body.refreshToken;
    expect((await post('logout', { refreshToken: next })).status).toBe(204);
    expect(await refresh(next)).toMatchObject(problemOf(401, 'token_invalid'));
  });

  it('is content with a token that is not ours', async () => {
    expect((await post('logout', { refreshToken: 'unknown' })).status).toBe(204);
    expect(await post('logout', {})).toMatchObject(problemOf(400, 'validation_failed'));
  });
});

describe('access tokens', () => {
  it('are refused when missing, of another form, forged or expired', async () => {
    const { token } = await api.signUp();
    const { sub, tid, role } = jsonwebtoken.decode(token) as { sub: string; tid: string; role: string };
    const options = { issuer: 'manyline', audience: 'manyline-api', subject: sub, jwtid: 'x' } as const;
    const forged = jsonwebtoken.sign({ tid, role }, 'another secret', { ...options, expiresIn: 900 });
    const unsigned = jsonwebtoken.sign({ tid, role }, null, { ...options, algorithm: 'none', expiresIn: 900 });
    expect(await api.request('GET', '/v1/tenant')).toMatchObject(problemOf(401, 'unauthenticated'));
    const basic = await api.request('GET', '/v1/tenant', { headers: { authorization: 'Basic YTpi' } });
    expect(basic).toMatchObject(problemOf(401, 'unauthenticated'));
    for (const bad of ['x', 'mk_0123456789', forged, unsigned, `${token}x`]) {
      expect(await readTenant(bad)).toMatchObject(problemOf(401, 'token_invalid'));
    }
  });

  it('are refused for another audience, and when they have expired', async () => {
    const { token } = await api.signUp();
    const { sub, tid } = jsonwebtoken.decode(token) as { sub: string; tid: string };
    const sign = (audience: string, expiresIn: number) =>
      jsonwebtoken.sign({ tid, role: 'owner' }, api.jwtSecret, {
        issuer: 'manyline',
        audience,
        subject: sub,
        jwtid: 'x',
        expiresIn,
      });
    expect((await readTenant(sign('manyline-api', 60))).status).toBe(200);
    expect(await readTenant(sign('other', 60))).toMatchObject(problemOf(401, 'token_invalid'));
    expect(await readTenant(sign('manyline-api', -1))).toMatchObject(problemOf(401, 'token_expired'));
  });

  it('follow the account: a viewer may only read, a deleted one nothing', async () => {
    const { token, tenantId } = await api.signUp();
    await api.asOwner("UPDATE admins SET role = 'viewer' WHERE tenant_id = $1", [tenantId]);
    expect((await readTenant(token)).status).toBe(200);
    const write = await api.request('POST', '/v1/local-users', { token, body: { number: '100' } });
    expect(write).toMatchObject(problemOf(403, 'forbidden'));
    await api.asOwner('DELETE FROM admins WHERE tenant_id = $1', [tenantId]);
    expect(await readTenant(token)).toMatchObject(problemOf(401, 'token_invalid'));
  });

  it('are refused for a suspended tenant, as are log-in and refresh', async () => {
    const { token, tenantId, email, refreshToken } = await api.signUp();
    await api.asOwner('UPDATE tenants SET suspended_at = now() WHERE id = $1', [tenantId]);
    expect(await readTenant(token)).toMatchObject(problemOf(403, 'tenant_suspended'));
    expect(await post('login', { email, password: goodPassword })).toMatchObject(problemOf(403, 'tenant_suspended'));
    expect(await post('login', { email, password: 'wrong-password' })).toMatchObject(
      problemOf(401, 'invalid_credentials'),
    );
    expect(await refresh(refreshToken)).toMatchObject(problemOf(403, 'tenant_suspended'));
  });

  it('are counted one by one', async () => {
    const limited = await startApi({ settings: { apiRateLimit: 3 } });
    const first = await limited.signUp();
    const second = (
      await limited.request('POST', '/v1/auth/login', { body: { email: first.email, password: goodPassword } })
    ).body;
    const answers = [];
    for (let index = 0; index < 4; index++)
      answers.push(await limited.request('GET', '/v1/tenant', { token: first.token }));
    const other = await limited.request('GET', '/v1/tenant', { token: second.accessToken });
    await limited.close();
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 429]);
    expect(answers[3]).toMatchObject(problemOf(429, 'rate_limited'));
    expect(Number(answers[3]?.headers['retry-after'])).toBeGreaterThan(0);
    expect(other.status).toBe(200);
  });
});
