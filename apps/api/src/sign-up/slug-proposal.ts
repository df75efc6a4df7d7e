/** Slugs out of company names: what the first label of the SIP domain will be. */
import { randomBytes } from 'node:crypto';
import { slug } from '@manyline/contract';

/** Labels that mean something else below our domain, or that would deceive. */
const RESERVED = new Set(
  (
    'www api app admin administrator root sip sips pbx web mail smtp imap pop ftp ssh ns ns1 ns2 dns mx vpn cdn static assets img ' +
    'docs help support status billing account accounts auth login signup console portal dashboard platform system internal ' +
    'test demo example localhost manyline media turn stun webrtc ws wss proxy edge security abuse postmaster hostmaster webmaster'
  ).split(' '),
);

/** Letters that Unicode does not take apart. */
const SPELLED: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  å: 'a',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  '&': ' and ',
};

const LONGEST_FROM_NAME = 32;

export function isReservedSlug(candidate: string): boolean {
  return RESERVED.has(candidate);
}

/** A slug from a name, or undefined when none of its characters can be spelled in a domain (a Chinese name). */
export function slugFromName(name: string): string | undefined {
  const spelled = name.toLowerCase().replace(/[ßæœøåłđðþı&]/g, (letter) => SPELLED[letter]!);
  const label = spelled
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST_FROM_NAME)
    .replace(/^-+|-+$/g, '');
  return slug.safeParse(label).success ? label : undefined;
}

/** Slugs to try one after the other, best first; the last ones are free but for a miracle. */
export function slugCandidates(name: string): string[] {
  const base = slugFromName(name) ?? 'tenant';
  const random = () => `${base}-${randomBytes(3).toString('hex')}`;
  const plain = base === 'tenant' ? [] : [base, ...Array.from({ length: 8 }, (_, index) => `${base}-${index + 2}`)];
  return [...plain, random(), random()].filter((candidate) => !isReservedSlug(candidate));
}
