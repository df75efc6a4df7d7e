import { createHash } from 'node:crypto';
import { localUserSettings } from '@manyline/contract';
import { defaultLocalUserSettings } from '@manyline/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiFixture, problemOf, type SignedUp, startApi } from '../../test/api-fixture.ts';

let api: ApiFixture;

beforeAll(async () => {
  api = await startApi();
});

afterAll(() => api.close());

const create = (token: string, body: unknown) => api.request('POST', '/v1/local-users', { token, body });
const read = (token: string, id: string) => api.request('GET', `/v1/local-users/${id}`, { token });
const patch = (token: string, id: string, body: unknown, headers: Record<string, string> = {}) =>
  api.request('PATCH', `/v1/local-users/${id}`, { token, body, headers });
const remove = (token: string, id: string, headers: Record<string, string> = {}) =>
  api.request('DELETE', `/v1/local-users/${id}`, { token, headers });

/** The MD5 HA1 that a phone with this password proves. */
async function provesPassword({ tenantId, sipDomain }: SignedUp, number: string, password: string): Promise<boolean> {
  const user = (await api.database.loadSnapshot(tenantId))?.localUsers.get(number);
  return user?.ha1.MD5 === createHash('md5').update(`${number}:${sipDomain}:${password}`).digest('hex');
}

describe('POST /v1/local-users', () => {
  it('makes a phone account with the documented defaults and a password that is shown once', async () => {
    const company = await api.signUp();
    const answer = await create(company.token, { number: '100' });
    expect(answer.status).toBe(201);
    const { id, password, createdAt, updatedAt, ...settings } = answer.body;
    expect(settings).toEqual(defaultLocalUserSettings('100'));
    expect(localUserSettings.parse({ number: '100' })).toEqual(defaultLocalUserSettings('100'));
    expect(answer.headers).toMatchObject({
      location: `/v1/local-users/${id}`,
      etag: '"1"',
      'cache-control': 'no-store',
    });
    expect(password.length).toBeGreaterThanOrEqual(20);
    expect(await provesPassword(company, '100', password)).toBe(true);
    const found = await read(company.token, id);
    expect(found).toMatchObject({ status: 200, headers: { etag: '"1"' } });
    expect(found.body).toEqual({ id, createdAt, updatedAt, ...settings });
  });

  it('keeps every setting, and a given password unseen', async () => {
    const company = await api.signUp();
    const body = {
      number: 'reception',
      displayName: 'Réception 前台',
      description: 'first line\nsecond line',
      email: 'Desk@acme.example',
      ipAuthorization: { enabled: true, address: '2001:db8::7' },
      maxConcurrentCalls: 2,
      maxOutgoingCalls: 0,
      maxDurationSeconds: 3600,
      callLevels: [1, 3],
      forwarding: {
        allowCodes: false,
        unconditional: null,
        busy: '101',
        noAnswer: '+4930123',
        noAnswerSeconds: 30,
        unreachable: 'boss',
      },
      voicemail: { enabled: true, pin: '1234', email: 'vm@acme.example' },
      pickupGroup: 'floor 1',
      ringGroupSuppressOnDirect: true,
      maxRegistrations: 5,
      timeConditionId: null,
      mediaEncryption: 'required',
    };
    const answer = await create(company.token, { ...body, password: 'given-secret' });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject(body);
    expect(answer.body).not.toHaveProperty('password');
    expect((await read(company.token, answer.body.id)).body).toEqual(answer.body);
    expect(await provesPassword(company, 'reception', 'given-secret')).toBe(true);
    const sql = 'SELECT l::text AS line FROM local_users l WHERE id = $1';
    const [row] = await api.asOwner<{ line: string }>(sql, [answer.body.id]);
    expect(row?.line).toContain('reception');
    expect(row?.line).not.toContain('given-secret');
  });

  it('raises the version of the tenant and tells the other processes', async () => {
    const { token, tenantId } = await api.signUp();
    const versions: number[] = [];
    const stop = api.bus.onTenantChanged((change) => change.tenantId === tenantId && versions.push(change.version));
    const { id } = (await create(token, { number: '100' })).body;
    await patch(token, id, { displayName: 'x' });
    await remove(token, id);
    await expect.poll(() => versions).toEqual([2, 3, 4]);
    stop();
    expect((await api.request('GET', '/v1/tenant', { token })).body.version).toBe(4);
  });

  it('refuses a number in use, for all but one of many at once', async () => {
    const { token } = await api.signUp();
    const answers = await Promise.all(Array.from({ length: 5 }, () => create(token, { number: '100' })));
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([201, 409, 409, 409, 409]);
    expect(answers.find((answer) => answer.status === 409)).toMatchObject(problemOf(409, 'number_taken'));
  });

  it.each(['short', '1234567', '123456789'])('refuses the password %s', async (password) => {
    const { token } = await api.signUp();
    const answer = await create(token, { number: '123456789', password });
    expect(answer).toMatchObject(problemOf(422, 'weak_password'));
    expect(answer.body.errors).toEqual([{ path: 'password', message: expect.any(String) }]);
    expect((await api.request('GET', '/v1/local-users', { token })).body.items).toEqual([]);
  });

  it.each([
    [{}, ['number']],
    [{ number: 100 }, ['number']],
    [{ number: '1' }, ['number']],
    [{ number: '100', nickname: 'x', colour: 'y' }, ['nickname', 'colour']],
    [{ number: '100', forwarding: { busy: 5, sometimes: '1' } }, ['forwarding.busy', 'forwarding.sometimes']],
    [{ number: '100', voicemail: [] }, ['voicemail']],
    [{ number: '100', maxRegistrations: 2.5 }, ['maxRegistrations']],
    [{ number: '100', displayName: 'a\u0000' }, ['displayName']],
    [{ number: '100', password: 'a\nlong password' }, ['password']],
    [[], ['']],
    ['100', ['']],
    [null, ['']],
  ])('names the bad values in %j', async (body, paths) => {
    const { token } = await api.signUp();
    const answer = await api.request('POST', '/v1/local-users', { token, body: JSON.stringify(body) });
    expect(answer).toMatchObject(problemOf(400, 'validation_failed'));
    expect(answer.body.errors.map((error: { path: string }) => error.path).toSorted()).toEqual(paths.toSorted());
  });

  it('refuses a time condition that does not exist', async () => {
    const { token } = await api.signUp();
    const answer = await create(token, { number: '100', timeConditionId: crypto.randomUUID() });
    expect(answer).toMatchObject(problemOf(422, 'unknown_reference'));
  });

  it('holds the limit of the tenant, even for many at once', async () => {
    const { token, tenantId } = await api.signUp();
    await api.asOwner('UPDATE tenants SET max_local_users = 2 WHERE id = $1', [tenantId]);
    const answers = await Promise.all(['10', '11', '12', '13'].map((number) => create(token, { number })));
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([201, 201, 422, 422]);
    expect(answers.find((answer) => answer.status === 422)).toMatchObject(problemOf(422, 'limit_reached'));
  });
});

describe('PATCH /v1/local-users/:id', () => {
  it('merges, clears and leaves the rest alone', async () => {
    const company = await api.signUp();
    const { id } = (await create(company.token, { number: '100', password: 'first-secret' })).body;
    await patch(company.token, id, {
      displayName: 'Desk',
      callLevels: [1, 2],
      forwarding: { busy: '101', noAnswer: '102' },
    });
    const answer = await patch(company.token, id, {
      callLevels: [3],
      forwarding: { busy: null, noAnswerSeconds: 40 },
      maxConcurrentCalls: 1,
    });
    expect(answer).toMatchObject({
      status: 200,
      headers: { etag: '"3"' },
      body: {
        number: '100',
        displayName: 'Desk',
        callLevels: [3],
        maxConcurrentCalls: 1,
        forwarding: {
          allowCodes: true,
          unconditional: null,
          busy: null,
          noAnswer: '102',
          noAnswerSeconds: 40,
          unreachable: null,
        },
      },
    });
    expect(answer.body).not.toHaveProperty('password');
    expect((await patch(company.token, id, { forwarding: null, displayName: null })).body).toMatchObject({
      displayName: '',
      forwarding: defaultLocalUserSettings('100').forwarding,
    });
    expect(await provesPassword(company, '100', 'first-secret')).toBe(true);
  });

  it('sets a password without showing it, and makes one up for null', async () => {
    const company = await api.signUp();
    const { id } = (await create(company.token, { number: '100' })).body;
    expect((await patch(company.token, id, { password: 'second-secret' })).body).not.toHaveProperty('password');
    expect(await provesPassword(company, '100', 'second-secret')).toBe(true);
    const { password } = (await patch(company.token, id, { password: null })).body;
    expect(await provesPassword(company, '100', password)).toBe(true);
    expect(await patch(company.token, id, { password: 'short' })).toMatchObject(problemOf(422, 'weak_password'));
  });

  it('gives a new number a new password', async () => {
    const company = await api.signUp();
    const { id } = (await create(company.token, { number: '100', password: 'first-secret' })).body;
    const { password, number } = (await patch(company.token, id, { number: '200' })).body;
    expect(number).toBe('200');
    expect(await provesPassword(company, '200', password)).toBe(true);
    expect((await patch(company.token, id, { number: '201', password: 'third-secret' })).body).not.toHaveProperty(
      'password',
    );
    expect(await provesPassword(company, '201', 'third-secret')).toBe(true);
    await create(company.token, { number: '300' });
    expect(await patch(company.token, id, { number: '300' })).toMatchObject(problemOf(409, 'number_taken'));
    expect(await patch(company.token, id, { number: null })).toMatchObject(problemOf(400, 'validation_failed'));
  });

  it('guards against lost updates, and deletions of what has changed', async () => {
    const { token } = await api.signUp();
    const { id } = (await create(token, { number: '100' })).body;
    expect((await patch(token, id, { displayName: 'a' }, { 'if-match': '"1"' })).status).toBe(200);
    expect(await patch(token, id, { displayName: 'b' }, { 'if-match': '"1"' })).toMatchObject(
      problemOf(412, 'precondition_failed'),
    );
    expect(await remove(token, id, { 'if-match': '"1"' })).toMatchObject(problemOf(412, 'precondition_failed'));
    expect((await read(token, id)).body.displayName).toBe('a');
    const racers = await Promise.all(
      ['c', 'd', 'e'].map((displayName) => patch(token, id, { displayName }, { 'if-match': '"2"' })),
    );
    expect(racers.map((answer) => answer.status).toSorted()).toEqual([200, 412, 412]);
    expect((await remove(token, id, { 'if-match': '"3"' })).status).toBe(204);
  });
});

describe('GET /v1/local-users', () => {
  it('gives pages by number, each local user once', async () => {
    const { token } = await api.signUp();
    const numbers = ['99', '100', '101', '1000', '*5', 'alice', 'bob'];
    for (const number of numbers) await create(token, { number });
    const seen: string[] = [];
    let url: string | null = '/v1/local-users?limit=3';
    let pages = 0;
    while (url !== null) {
      const { body } = await api.request('GET', url, { token });
      seen.push(...body.items.map((user: { number: string }) => user.number));
      pages += 1;
      url = body.nextCursor && `/v1/local-users?limit=3&cursor=${body.nextCursor}`;
    }
    expect(seen).toEqual(['*5', '100', '1000', '101', '99', 'alice', 'bob']);
    expect(pages).toBe(3);
    expect((await api.request('GET', '/v1/local-users', { token })).body.items.length).toBe(7);
  });

  it.each([
    'limit=0',
    'limit=201',
    'limit=x',
    'limit=1.5',
    'cursor=',
    'cursor=abc',
    'cursor=WzVd',
    'order=name',
    'limit=1&limit=2',
  ])('refuses ?%s', async (query) => {
    const { token } = await api.signUp();
    const answer = await api.request('GET', `/v1/local-users?${query}`, { token });
    expect(answer).toMatchObject(problemOf(400, 'validation_failed'));
  });
});

describe('two tenants with the same numbers', () => {
  it('never meet', async () => {
    const [acme, globex] = [await api.signUp(), await api.signUp()];
    const own = (await create(acme.token, { number: '100', displayName: 'Acme' })).body;
    const foreign = (await create(globex.token, { number: '100', displayName: 'Globex' })).body;
    expect((await api.request('GET', '/v1/local-users', { token: acme.token })).body.items).toMatchObject([
      { id: own.id },
    ]);
    for (const answer of [
      await read(acme.token, foreign.id),
      await patch(acme.token, foreign.id, { displayName: 'mine' }),
      await remove(acme.token, foreign.id),
      await read(acme.token, crypto.randomUUID()),
      await read(acme.token, 'no-id'),
      await remove(acme.token, "' OR 1=1 --"),
    ]) {
      expect(answer).toMatchObject(problemOf(404, 'not_found'));
    }
    expect((await read(globex.token, foreign.id)).body).toMatchObject({ displayName: 'Globex', number: '100' });
  });

  it('deletes for good', async () => {
    const { token } = await api.signUp();
    const { id } = (await create(token, { number: '100' })).body;
    const deleted = await remove(token, id);
    expect(deleted).toMatchObject({ status: 204, body: '' });
    expect((await read(token, id)).status).toBe(404);
    expect((await remove(token, id)).status).toBe(404);
    expect((await create(token, { number: '100' })).status).toBe(201);
  });
});
