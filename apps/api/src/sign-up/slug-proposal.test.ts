import { slug } from '@manyline/contract';
import { describe, expect, it } from 'vitest';
import { isReservedSlug, slugCandidates, slugFromName } from './slug-proposal.ts';

describe('slugFromName', () => {
  it.each([
    ['Acme Ltd.', 'acme-ltd'],
    ['Müller & Söhne GmbH', 'muller-and-sohne-gmbh'],
    ['Straße', 'strasse'],
    ['Łódź Øl', 'lodz-ol'],
    ['  --3M--  ', '3m'],
    ['ＡＢＣ', 'abc'],
  ])('spells %s as %s', (name, expected) => expect(slugFromName(name)).toBe(expected));

  it.each(['北京电话公司', '🎉', 'x', '--'])('has none for %s', (name) => {
    expect(slugFromName(name)).toBeUndefined();
  });

  it('cuts a long name', () => expect(slugFromName('a b '.repeat(60))!.length).toBeLessThanOrEqual(32));
});

describe('slugCandidates', () => {
  it('are valid, different, and never reserved', () => {
    for (const name of ['Acme', '北京电话公司', 'Admin', 'WWW', 'a'.repeat(100)]) {
      const candidates = slugCandidates(name);
      expect(candidates.length).toBeGreaterThan(1);
      expect(new Set(candidates).size).toBe(candidates.length);
      for (const candidate of candidates) {
        expect(slug.parse(candidate)).toBe(candidate);
        expect(isReservedSlug(candidate)).toBe(false);
      }
    }
    expect(slugCandidates('Acme')[0]).toBe('acme');
    expect(slugCandidates('北京电话公司')[0]).toMatch(/^tenant-[0-9a-f]{6}$/);
  });
});
