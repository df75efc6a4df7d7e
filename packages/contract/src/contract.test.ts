import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { destination } from './destination.ts';
import { localUserPatch, newLocalUser } from './local-user.ts';
import { applyMergePatch } from './merge-patch.ts';
import { problem, problems, problemType } from './problem.ts';
import { signUpRequest, slug } from './sign-up.ts';
import { tenantPatch, tenantSettings } from './tenant.ts';

const accepts = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;
const issuePaths = (schema: z.ZodType, value: unknown) =>
  schema.safeParse(value).error?.issues.map((issue) => issue.path.join('.'));

describe('newLocalUser', () => {
  it('fills in the documented defaults', () => {
    expect(newLocalUser.parse({ number: '100' })).toEqual({
      number: '100',
      displayName: '',
      description: '',
      email: null,
      ipAuthorization: { enabled: false, address: null },
      maxConcurrentCalls: null,
      maxOutgoingCalls: null,
      maxDurationSeconds: null,
      callLevels: [],
      forwarding: {
        allowCodes: true,
        unconditional: null,
        busy: null,
        noAnswer: null,
        noAnswerSeconds: 20,
        unreachable: null,
      },
      voicemail: { enabled: false, pin: null, email: null },
      pickupGroup: null,
      ringGroupSuppressOnDirect: false,
      maxRegistrations: 3,
      timeConditionId: null,
      mediaEncryption: 'optional',
    });
  });

  it.each(['10', '*97', '#1', '12345678901234567890', 'alice', '3com', 'a.b-c_d'])('takes the number %s', (number) => {
    expect(accepts(newLocalUser, { number })).toBe(true);
  });

  it.each(['1', '', '123456789012345678901', 'Alice', 'a', '-a', 'a b', '100;x', '1.2', 'ä1', 'a\r\n'])(
    'refuses the number %j',
    (number) => {
      expect(issuePaths(newLocalUser, { number })).toEqual(['number']);
    },
  );

  it.each([
    [{ forwarding: { busy: 'no such thing' } }, 'forwarding.busy'],
    [{ forwarding: { noAnswerSeconds: '20' } }, 'forwarding.noAnswerSeconds'],
    [{ voicemail: { pin: '12' } }, 'voicemail.pin'],
    [{ ipAuthorization: { enabled: true } }, 'ipAuthorization.address'],
    [{ displayName: 'a\r\nTo: b' }, 'displayName'],
    [{ displayName: '\ud800' }, 'displayName'],
    [{ callLevels: [1, 1] }, 'callLevels'],
    [{ maxRegistrations: 0 }, 'maxRegistrations'],
    [{ mediaEncryption: null }, 'mediaEncryption'],
  ])('names the bad value in %j', (settings, path) => {
    expect(issuePaths(newLocalUser, { number: '100', ...settings })).toEqual([path]);
  });

  it('refuses unknown fields, nested ones too', () => {
    expect(accepts(newLocalUser, { number: '100', id: 'x' })).toBe(false);
    expect(accepts(newLocalUser, { number: '100', voicemail: { greeting: 'x' } })).toBe(false);
  });
});

describe('merge patches', () => {
  it('may leave out and clear every member, but not invent one', () => {
    expect(localUserPatch.parse({})).toEqual({});
    const patch = { number: null, forwarding: { busy: null }, voicemail: null };
    expect(localUserPatch.parse(patch)).toEqual(patch);
    expect(accepts(localUserPatch, { forwarding: { never: '1' } })).toBe(false);
    expect(accepts(tenantPatch, { slug: 'other' })).toBe(false);
    expect(issuePaths(localUserPatch, { forwarding: { busy: 5 } })).toEqual(['forwarding.busy']);
  });

  it('apply as in the test cases of RFC 7396 Appendix A', () => {
    const cases: [object, object, object][] = [
      [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
      [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
      [{ a: 'b' }, { a: null }, {}],
      [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
      [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
      [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
      [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
      [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
      [{ e: null }, { a: 1 }, { e: null, a: 1 }],
      [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    ];
    for (const [target, patch, result] of cases) {
      expect(applyMergePatch(Object.freeze(target), { ...patch })).toEqual(result);
    }
  });

  it('do not reach the prototype', () => {
    const patch = JSON.parse('{"__proto__": {"admin": true}}');
    applyMergePatch({}, patch);
    expect('admin' in {}).toBe(false);
    expect(accepts(localUserPatch, patch)).toBe(false);
  });
});

describe('tenantSettings', () => {
  it.each([
    [{ timeZone: 'Mars/Olympus' }, 'timeZone'],
    [{ timeZone: '+02:00' }, 'timeZone'],
    [{ digestAlgorithms: [] }, 'digestAlgorithms'],
    [{ digestAlgorithms: ['MD5', 'MD5'] }, 'digestAlgorithms'],
    [{ outgroupPrefix: '12345' }, 'outgroupPrefix'],
    [{ defaultRoute: { type: 'external-number' } }, 'defaultRoute.number'],
    [{ defaultRoute: { type: 'local-user' } }, 'defaultRoute.id'],
    [{ name: '' }, 'name'],
  ])('names the bad value in %j', (settings, path) => {
    expect(issuePaths(tenantSettings, { name: 'Acme', ...settings })).toEqual([path]);
  });

  it('takes time zones and destinations that exist', () => {
    expect(accepts(tenantSettings, { name: 'Acme', timeZone: 'Asia/Shanghai' })).toBe(true);
    expect(accepts(destination, { type: 'reject' })).toBe(true);
    expect(accepts(destination, { type: 'external-number', number: '+4930123' })).toBe(true);
  });
});

describe('sign-up', () => {
  it.each(['ab', 'acme', 'a-1', '3m'])('takes the slug %s', (value) => expect(slug.parse(value)).toBe(value));
  it.each(['a', '-ab', 'ab-', 'a.b', 'a_b', 'xn--ab', 'é1', 'a'.repeat(41), ''])('refuses the slug %j', (value) => {
    expect(accepts(slug, value)).toBe(false);
  });
  it('keeps addresses and slugs in lower case', () => {
    const body = { company: ' Acme ', email: 'Admin@Acme.Example', password: 'x', slug: 'ACME' };
    expect(signUpRequest.parse(body)).toMatchObject({ company: 'Acme', email: 'admin@acme.example', slug: 'acme' });
    expect(issuePaths(signUpRequest, { ...body, company: '   ' })).toEqual(['company']);
  });
});

describe('problems', () => {
  it('have a status that is an error and a type of their own', () => {
    const codes = Object.keys(problems) as (keyof typeof problems)[];
    for (const code of codes) {
      expect(problems[code].status).toBeGreaterThanOrEqual(400);
      expect(problems[code].status).toBeLessThan(600);
    }
    expect(new Set(codes.map(problemType)).size).toBe(codes.length);
    const members = ['type', 'title', 'status', 'detail', 'code', 'errors', 'requestId'];
    expect(Object.keys(problem.shape)).toEqual(members);
  });
});
