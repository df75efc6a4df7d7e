import { newId } from '@manyline/kernel';
import type { CallDetailRecord } from '@manyline/pbx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiFixture, problemOf, type SignedUp, startApi } from '../../test/api-fixture.ts';

let api: ApiFixture;
let company: SignedUp;
let records: CallDetailRecord[];

function record(tenantId: string, minute: number, overrides: Partial<CallDetailRecord> = {}): CallDetailRecord {
  const at = (second: number) =>
    `2026-03-01T10:${String(minute).padStart(2, '0')}:${String(second).padStart(2, '0')}.000Z`;
  return {
    id: newId(),
    tenantId,
    callId: `call-${minute}@phone`,
    caller: '100',
    called: '101',
    direction: 'internal',
    startedAt: at(0),
    answeredAt: at(3),
    endedAt: at(10),
    durationSeconds: 7,
    result: 'answered',
    releaseCause: 'normal-clearing',
    releasedBy: 'called',
    sipStatus: null,
    reasons: [
      { code: 'local-user', text: '101 is a local user', data: { id: 'x', forks: 2, direct: true, via: null } },
    ],
    quality: { lossPercent: 0.5, jitterMs: 2, mos: 4.3 },
    ...overrides,
  };
}

beforeAll(async () => {
  api = await startApi();
  company = await api.signUp();
  const { tenantId } = company;
  records = [
    record(tenantId, 1),
    record(tenantId, 2, { caller: '102', answeredAt: null, result: 'busy', releaseCause: 'user-busy', sipStatus: 486 }),
    // Three calls of one moment: a page may end between them.
    record(tenantId, 3),
    record(tenantId, 3),
    record(tenantId, 3, { called: '200' }),
  ];
  const stranger = await api.signUp();
  await api.database.saveCallDetailRecords([...records, record(stranger.tenantId, 1)]);
});

afterAll(() => api.close());

const list = (query: string) => api.request('GET', `/v1/cdrs?${query}`, { token: company.token });
const idsOf = (items: readonly { id: string }[]) => items.map(({ id }) => id);

describe('GET /v1/cdrs', () => {
  it('gives the calls of the tenant, newest first', async () => {
    const { status, body } = await list('');
    expect(status).toBe(200);
    expect(body.nextCursor).toBeNull();
    const { tenantId: _tenantId, ...first } = records[0]!;
    expect(body.items.at(-1)).toEqual(first);
    const startedAt = body.items.map((item: { startedAt: string }) => item.startedAt);
    expect(startedAt).toEqual(startedAt.toSorted().toReversed());
    expect(idsOf(body.items).toSorted()).toEqual(idsOf(records).toSorted());
  });

  it('gives pages, each call once', async () => {
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body } = await list(`limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...idsOf(body.items));
      cursor = body.nextCursor;
    }
    expect(seen.length).toBe(5);
    expect(seen).toEqual(idsOf((await list('')).body.items));
  });

  it.each([
    ['caller=102', [1]],
    ['called=200', [4]],
    ['result=busy', [1]],
    ['result=answered&called=101', [0, 2, 3]],
    ['from=2026-03-01T10:02:00Z', [1, 2, 3, 4]],
    ['to=2026-03-01T10:02:00Z', [0]],
    ['from=2026-03-01T11:01:00%2B01:00&to=2026-03-01T10:02:01Z', [0, 1]],
    ['caller=nobody', []],
  ])('filters by %s', async (query, expected) => {
    const { body } = await list(query);
    expect(idsOf(body.items).toSorted()).toEqual(expected.map((index) => records[index]!.id).toSorted());
  });

  it.each(['from=yesterday', 'to=2026-03-01', 'result=good', 'caller=%00', 'number=100', 'cursor=WyJ4IiwieSJd'])(
    'refuses ?%s',
    async (query) => expect(await list(query)).toMatchObject(problemOf(400, 'validation_failed')),
  );
});

describe('GET /v1/cdrs/:id', () => {
  it('gives a call of the tenant, and no other', async () => {
    const { tenantId: _tenantId, ...busy } = records[1]!;
    const found = await api.request('GET', `/v1/cdrs/${busy.id}`, { token: company.token });
    expect(found.body).toEqual(busy);
    const stranger = await api.signUp();
    for (const [id, token] of [
      [busy.id, stranger.token],
      [newId(), company.token],
      ['x', company.token],
    ]) {
      expect(await api.request('GET', `/v1/cdrs/${id}`, { token })).toMatchObject(problemOf(404, 'not_found'));
    }
  });
});
