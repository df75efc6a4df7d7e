import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiFixture, problemOf, type SignedUp, startApi } from '../../test/api-fixture.ts';

let api: ApiFixture;
let company: SignedUp;

beforeAll(async () => {
  api = await startApi();
  company = await api.signUp();
});

afterAll(() => api.close());

const read = () => api.request('GET', '/v1/tenant', { token: company.token });
const patch = (body: unknown, headers: Record<string, string> = {}) =>
  api.request('PATCH', '/v1/tenant', { token: company.token, body, headers });

describe('PATCH /v1/tenant', () => {
  it('changes what is given, raises the version and tells the other processes', async () => {
    const before = (await read()).body;
    const heard: unknown[] = [];
    const stop = api.bus.onTenantChanged((change) => heard.push(change));
    const settings = {
      name: '阿克米',
      timeZone: 'Asia/Shanghai',
      digestAlgorithms: ['SHA-256', 'MD5'],
      outgroupPrefix: '0',
    };
    const answer = await patch(settings, { 'content-type': 'application/merge-patch+json' });
    const after = { ...before, ...settings, version: before.version + 1 };
    expect(answer).toMatchObject({ status: 200, body: after, headers: { etag: `"${after.version}"` } });
    expect((await read()).body).toEqual(after);
    const { tenantId, sipDomain } = company;
    await expect.poll(() => heard).toEqual([{ tenantId, sipDomain, version: after.version, suspended: false }]);
    stop();
    expect((await api.database.loadSnapshot(tenantId))?.version).toBe(after.version);
  });

  it('clears with null, merges nested objects', async () => {
    expect(
      (await patch({ outgroupPrefix: '7', defaultRoute: { type: 'external-number', number: '123' } })).body,
    ).toMatchObject({
      outgroupPrefix: '7',
      defaultRoute: { type: 'external-number', number: '123' },
    });
    expect((await patch({ defaultRoute: { number: '456' } })).body.defaultRoute).toEqual({
      type: 'external-number',
      number: '456',
    });
    expect((await patch({ defaultRoute: null, outgroupPrefix: null })).body).toMatchObject({
      defaultRoute: null,
      outgroupPrefix: '9',
    });
  });

  it.each([
    [{ name: null }, 'name'],
    [{ name: '' }, 'name'],
    [{ slug: 'other' }, 'slug'],
    [{ sipDomain: 'x.y' }, 'sipDomain'],
    [{ limits: { maxLocalUsers: 1 } }, 'limits'],
    [{ timeZone: 'Moon' }, 'timeZone'],
    [{ digestAlgorithms: ['SHA-512'] }, 'digestAlgorithms.0'],
    [{ defaultRoute: { type: 'local-user' } }, 'defaultRoute.id'],
    [{ defaultRoute: { type: 'nowhere' } }, 'defaultRoute.type'],
  ])('names the bad value in %j and changes nothing', async (body, path) => {
    const before = (await read()).body;
    const answer = await patch(body);
    expect(answer).toMatchObject(problemOf(400, 'validation_failed'));
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toEqual([path]);
    expect((await read()).body).toEqual(before);
  });

  it('takes a destination that exists in this tenant, and no other', async () => {
    const own = await api.request('POST', '/v1/local-users', { token: company.token, body: { number: '100' } });
    const stranger = await api.signUp();
    const foreign = await api.request('POST', '/v1/local-users', { token: stranger.token, body: { number: '100' } });
    const routeTo = (id: string, type = 'local-user') => patch({ defaultRoute: { type, id } });
    expect((await routeTo(own.body.id)).body.defaultRoute).toEqual({ type: 'local-user', id: own.body.id });
    expect(await routeTo(foreign.body.id)).toMatchObject(problemOf(422, 'unknown_reference'));
    expect(await routeTo(own.body.id, 'ring-group')).toMatchObject(problemOf(422, 'unknown_reference'));
  });

  it('guards against lost updates', async () => {
    const { etag } = (await read()).headers;
    expect((await patch({ name: 'First' }, { 'if-match': etag! })).status).toBe(200);
    expect(await patch({ name: 'Second' }, { 'if-match': etag! })).toMatchObject(problemOf(412, 'precondition_failed'));
    expect((await patch({ name: 'Third' }, { 'if-match': '*' })).status).toBe(200);
    const { name, version } = (await read()).body;
    expect(name).toBe('Third');
    expect((await patch({ name: 'Fourth' }, { 'if-match': `"1", "${version}"` })).status).toBe(200);
  });
});
