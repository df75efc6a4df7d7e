import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiFixture, goodPassword, problemOf, startApi } from '../../test/api-fixture.ts';

let api: ApiFixture;

beforeAll(async () => {
  api = await startApi();
});

afterAll(() => api.close());

const signUp = (body: unknown) => api.request('POST', '/v1/signup', { body });
let addresses = 0;
const newAddress = () => `someone${++addresses}@sign-up.example`;

describe('POST /v1/signup', () => {
  it('makes a tenant with its owner, who is logged in', async () => {
    const email = newAddress();
    const answer = await signUp({ company: 'Acme Ltd.', email: email.toUpperCase(), password: goodPassword });
    expect(answer).toMatchObject({
      status: 201,
      body: {
        tenant: {
          slug: 'acme-ltd',
          name: 'Acme Ltd.',
          sipDomain: 'acme-ltd.pbx.test',
          locale: 'en',
          timeZone: 'UTC',
          outgroupPrefix: '9',
          voicePromptLanguage: 'en',
          defaultRoute: null,
          digestAlgorithms: ['MD5'],
          limits: { maxLocalUsers: 10_000, maxConcurrentCalls: 1000 },
          version: 1,
        },
        admin: { email, role: 'owner' },
        expiresInSeconds: 900,
      },
    });
    expect(Object.keys(answer.body).toSorted()).toEqual([
      'accessToken',
      'admin',
      'expiresInSeconds',
      'refreshToken',
      'tenant',
    ]);
    const tenant = await api.request('GET', '/v1/tenant', { token: answer.body.accessToken });
    expect(tenant.body).toEqual(answer.body.tenant);
    expect((await api.request('GET', '/v1/local-users', { token: answer.body.accessToken })).body.items).toEqual([]);
  });

  it('makes the preset local users and shows their passwords once', async () => {
    const answer = await signUp({
      company: 'Preset',
      email: newAddress(),
      password: goodPassword,
      presetLocalUsers: true,
    });
    expect(answer.status).toBe(201);
    const { localUsers, accessToken, tenant } = answer.body;
    expect(localUsers.map((user: { number: string }) => user.number)).toEqual(['100', '101', '102']);
    const passwords = localUsers.map((user: { password: string }) => user.password);
    expect(new Set(passwords).size).toBe(3);
    for (const password of passwords) expect(password.length).toBeGreaterThanOrEqual(20);
    const { items } = (await api.request('GET', '/v1/local-users', { token: accessToken })).body;
    expect(items).toEqual(localUsers.map(({ password: _password, ...user }: { password: string }) => user));
    const snapshot = await api.database.loadSnapshot(tenant.id);
    expect(snapshot?.localUsers.size).toBe(3);
  });

  it('finds slugs for any company: taken, reserved, Chinese', async () => {
    const slugs: string[] = [];
    for (const company of ['Twins', 'twins!', 'Admin', '北京电话公司', '上海电话公司']) {
      const answer = await signUp({ company, email: newAddress(), password: goodPassword, locale: 'zh' });
      expect(answer).toMatchObject({ status: 201, body: { tenant: { name: company, timeZone: 'Asia/Shanghai' } } });
      slugs.push(answer.body.tenant.slug);
    }
    expect(slugs.slice(0, 3)).toEqual(['twins', 'twins-2', 'admin-2']);
    expect(slugs[3]).toMatch(/^tenant-[0-9a-f]{6}$/);
    expect(new Set(slugs).size).toBe(5);
  });

  it('tells the other processes of the new tenant', async () => {
    const heard: unknown[] = [];
    const stop = api.bus.onTenantChanged((change) => heard.push(change));
    const { tenantId, sipDomain } = await api.signUp();
    await expect.poll(() => heard).toContainEqual({ tenantId, sipDomain, version: 1, suspended: false });
    stop();
  });

  it('refuses a slug or an address in use', async () => {
    const email = newAddress();
    const body = { company: 'First', email, password: goodPassword, slug: 'the-first' };
    expect((await signUp(body)).status).toBe(201);
    expect(await signUp({ ...body, email: newAddress() })).toMatchObject(problemOf(409, 'slug_taken'));
    expect(await signUp({ ...body, slug: 'the-second' })).toMatchObject(problemOf(409, 'email_taken'));
    expect(await signUp({ ...body, slug: 'api', email: newAddress() })).toMatchObject(problemOf(409, 'slug_taken'));
    const { body: availability } = await api.request('GET', '/v1/signup/availability?slug=the-second');
    expect(availability).toEqual({ available: true, suggestion: null });
  });

  it('lets exactly one of many with the same slug win', async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        signUp({ company: 'Race', email: newAddress(), password: goodPassword, slug: 'race' }),
      ),
    );
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([201, 409, 409, 409, 409]);
  });

  it('finds a slug for each of many that sign up with the same name at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => signUp({ company: 'Same Name', email: newAddress(), password: goodPassword })),
    );
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 201));
    const slugs = answers.map((answer) => answer.body.tenant.slug);
    expect(new Set(slugs).size).toBe(slugs.length);
    expect(slugs).toContain('same-name');
  });

  it.each(['short', 'password1234', 'Weak Password Ltd.'])('refuses the weak password %s', async (password) => {
    const answer = await signUp({ company: 'Weak Password Ltd.', email: newAddress(), password });
    expect(answer).toMatchObject(problemOf(422, 'weak_password'));
    expect(answer.body.errors[0].path).toBe('password');
  });

  it.each([
    [{ email: 'nobody' }, 'email'],
    [{ company: '' }, 'company'],
    [{ company: 'a\u0000b' }, 'company'],
    [{ slug: 'Not A Slug' }, 'slug'],
    [{ locale: 'fr' }, 'locale'],
    [{ presetLocalUsers: 'true' }, 'presetLocalUsers'],
    [{ password: 5 }, 'password'],
    [{ password: 'x'.repeat(129) }, 'password'],
    [{ role: 'owner' }, 'role'],
  ])('names the bad value in %j', async (bad, path) => {
    const answer = await signUp({ company: 'Bad', email: newAddress(), password: goodPassword, ...bad });
    expect(answer).toMatchObject(problemOf(400, 'validation_failed'));
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toEqual([path]);
  });

  it('counts sign-ups by address', async () => {
    const limited = await startApi({ settings: { signupRateLimit: 2 } });
    const attempt = (address: string) =>
      limited.request('POST', '/v1/signup', {
        address,
        body: { company: 'Many', email: newAddress(), password: goodPassword },
      });
    const own = `192.0.2.${Math.floor(Math.random() * 250)}`;
    const statuses = [(await attempt(own)).status, (await attempt(own)).status];
    const refused = await attempt(own);
    const elsewhere = await attempt(`2001:db8:${Math.floor(Math.random() * 65_535).toString(16)}::1`);
    await limited.close();
    expect(statuses).toEqual([201, 201]);
    expect(refused).toMatchObject(problemOf(429, 'rate_limited'));
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3000);
    expect(elsewhere.status).toBe(201);
  });
});

describe('GET /v1/signup/availability', () => {
  const ask = (slug: string) => api.request('GET', `/v1/signup/availability?slug=${encodeURIComponent(slug)}`);

  it('says whether a slug is free and suggests another', async () => {
    await signUp({ company: 'Busy', email: newAddress(), password: goodPassword, slug: 'busy' });
    expect((await ask('quite-free')).body).toEqual({ available: true, suggestion: null });
    expect((await ask('busy')).body).toEqual({ available: false, suggestion: 'busy-2' });
    expect((await ask('BUSY')).body).toEqual({ available: false, suggestion: 'busy-2' });
    expect((await ask('www')).body).toEqual({ available: false, suggestion: 'www-2' });
    expect((await ask('Not a slug')).body).toEqual({ available: false, suggestion: 'not-a-slug' });
    expect((await ask('电话')).body).toMatchObject({ available: false, suggestion: expect.stringMatching(/^tenant-/) });
  });

  it('wants a slug and nothing else', async () => {
    expect(await api.request('GET', '/v1/signup/availability')).toMatchObject(problemOf(400, 'validation_failed'));
    expect(await ask('')).toMatchObject(problemOf(400, 'validation_failed'));
    expect(await api.request('GET', '/v1/signup/availability?slug=a1&x=1')).toMatchObject(
      problemOf(400, 'validation_failed'),
    );
  });
});
