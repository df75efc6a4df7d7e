import { newId } from '@manyline/kernel';
import type { Registration } from '@manyline/pbx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiFixture, problemOf, startApi } from '../../test/api-fixture.ts';

let api: ApiFixture;

beforeAll(async () => {
  api = await startApi();
});

afterAll(() => api.close());

function registration(tenantId: string, overrides: Partial<Registration> = {}): Registration {
  const now = Date.now();
  return {
    id: newId(),
    tenantId,
    localUserId: newId(),
    number: '100',
    contact: 'sip:100@192.0.2.7:5060',
    transport: 'UDP',
    sourceAddress: '192.0.2.7:5060',
    userAgent: 'Phone/1.0',
    instanceId: '',
    callId: 'register@phone',
    cseq: 1,
    q: 1000,
    path: [],
    registeredAt: now,
    expiresAt: now + 3_600_000,
    ...overrides,
  };
}

const list = (token: string, query = '') => api.request('GET', `/v1/registrations${query}`, { token });

describe('/v1/registrations', () => {
  it('shows the phones of the tenant that are registered now', async () => {
    const { tenantId, token } = await api.signUp();
    const stranger = await api.signUp();
    const phones = [
      registration(tenantId, { number: '101', transport: 'TLS' }),
      registration(tenantId),
      registration(tenantId, { expiresAt: Date.now() - 1000 }),
      registration(stranger.tenantId),
    ];
    await api.bus.registrations.put(phones);
    const [tls, udp] = phones;
    const { body } = await list(token);
    expect(body).toEqual({
      items: [
        {
          id: udp!.id,
          localUserId: udp!.localUserId,
          number: '100',
          contact: 'sip:100@192.0.2.7:5060',
          transport: 'udp',
          userAgent: 'Phone/1.0',
          sourceAddress: '192.0.2.7:5060',
          registeredAt: new Date(udp!.registeredAt).toISOString(),
          expiresAt: new Date(udp!.expiresAt).toISOString(),
          tls: false,
        },
        expect.objectContaining({ id: tls!.id, transport: 'tls', tls: true }),
      ],
      nextCursor: null,
    });
    const one = await api.request('GET', `/v1/registrations/${udp!.id}`, { token });
    expect(one).toMatchObject({ status: 200, body: body.items[0] });
    const foreign = await api.request('GET', `/v1/registrations/${udp!.id}`, { token: stranger.token });
    expect(foreign).toMatchObject(problemOf(404, 'not_found'));
  });

  it('gives pages', async () => {
    const { tenantId, token } = await api.signUp();
    const phones = ['100', '100', '101', '102', '103'].map((number) => registration(tenantId, { number }));
    await api.bus.registrations.put(phones);
    const first = (await list(token, '?limit=2')).body;
    const second = (await list(token, `?limit=2&cursor=${first.nextCursor}`)).body;
    const third = (await list(token, `?limit=2&cursor=${second.nextCursor}`)).body;
    const seen = [first, second, third].flatMap((page) => page.items.map((item: { id: string }) => item.id));
    expect(seen.toSorted()).toEqual(phones.map(({ id }) => id).toSorted());
    expect(third).toMatchObject({ items: [{ number: '103' }], nextCursor: null });
    expect(await list(token, '?cursor=WzFd')).toMatchObject(problemOf(400, 'validation_failed'));
  });

  it('forgets a phone, and tells the SIP workers', async () => {
    const { tenantId, token } = await api.signUp();
    const phone = registration(tenantId);
    await api.bus.registrations.put([phone]);
    const commands: unknown[] = [];
    const stop = api.bus.onCommand((command) => commands.push(command));
    const url = `/v1/registrations/${phone.id}`;
    const stranger = await api.signUp();
    expect(await api.request('DELETE', url, { token: stranger.token })).toMatchObject(problemOf(404, 'not_found'));
    expect((await api.request('DELETE', url, { token })).status).toBe(204);
    expect(await api.request('DELETE', url, { token })).toMatchObject(problemOf(404, 'not_found'));
    expect((await list(token)).body.items).toEqual([]);
    await expect.poll(() => commands).toEqual([{ type: 'remove-registration', tenantId, registrationId: phone.id }]);
    stop();
  });
});
