import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSdp } from './parse-sdp.ts';
import type { SessionDescription } from './session-description.ts';

const fixtures = new URL('../fixtures/', import.meta.url);

function fixture(name: string): string {
  return readFileSync(new URL(name, fixtures), 'latin1');
}

function parsed(text: string): SessionDescription {
  const result = parseSdp(text);
  if (!result.ok) throw new Error(`line ${result.error.line}: ${result.error.reason}`);
  return result.value;
}

describe('parseSdp', () => {
  it.each(readdirSync(new URL('valid/', fixtures)))('accepts %s and reads its own writing of it alike', (name) => {
    const sdp = parsed(fixture(`valid/${name}`));

    expect(parsed(sdp.toString())).toEqual(sdp);
  });

  const verdicts: Record<string, { line: number; reason: RegExp }> = {
    '101-attributes.sdp': { line: 106, reason: /100 lines/ },
    '1500-media.sdp': { line: 0, reason: /8192/ },
    '21-media.sdp': { line: 26, reason: /20 m= lines/ },
    '65-formats.sdp': { line: 6, reason: /64 formats/ },
    'address-out-of-range.sdp': { line: 4, reason: /c= line/ },
    'address-wrong-family.sdp': { line: 4, reason: /c= line/ },
    'line-without-equals.sdp': { line: 7, reason: /type/ },
    'lone-cr.sdp': { line: 7, reason: /control character/ },
    'no-origin.sdp': { line: 0, reason: /o= line/ },
    'no-version.sdp': { line: 1, reason: /v=0/ },
    'nul.sdp': { line: 7, reason: /control character/ },
    'port-exponent.sdp': { line: 6, reason: /port/ },
    'port-negative.sdp': { line: 6, reason: /port/ },
    'port-too-big.sdp': { line: 6, reason: /port/ },
    'too-long.sdp': { line: 0, reason: /8192/ },
    'two-origins.sdp': { line: 6, reason: /o= line/ },
  };

  it('has a verdict for every invalid fixture', () => {
    expect(readdirSync(new URL('invalid/', fixtures)).sort()).toEqual(Object.keys(verdicts).sort());
  });

  it.each(Object.entries(verdicts))('refuses %s and says where', (name, { line, reason }) => {
    const result = parseSdp(fixture(`invalid/${name}`));

    expect(result).toMatchObject({ ok: false, error: { line, reason: expect.stringMatching(reason) } });
  });

  it('keeps the address and the formats as written, without TTL', () => {
    const [audio] = parsed(fixture('valid/no-session-address.sdp')).media;

    expect(audio).toMatchObject({
      port: 4000,
      formats: ['0'],
      connection: { addressType: 'IP4', address: '192.0.2.9' },
    });
  });

  it('passes over a b= line without a colon or with an absurd number', () => {
    expect(parsed(fixture('valid/bandwidth-without-colon.sdp')).bandwidths).toEqual([]);
  });

  it('names each format once', () => {
    const [audio] = parsed(fixture('valid/same-codec-32-times.sdp')).media;

    expect(audio?.formats).toEqual(['96', '97', '98', '99', '100', '101', '102', '103']);
  });

  it('accepts LF line ends and lines in an unusual order', () => {
    const sdp = parsed('v=0\nt=0 0\na=sendonly\no=My Phone 1 2 IN IP4 h\nm=audio 4000/2 RTP/AVP 0\nc=IN IP6 ::1');

    expect(sdp.origin).toMatchObject({ username: 'My-Phone', sessionVersion: '2' });
    expect(sdp.media[0]).toMatchObject({ port: 4000, connection: { address: '::1' } });
  });

  it('never throws, whatever the bytes', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom(
        'v=0',
        'o=- 1 1 IN IP4 1.2.3.4',
        's=-',
        'c=IN IP4 1.2.3.4',
        'm=audio 1 RTP/AVP 0',
        'b=AS',
        'a=',
        'm=',
        'c=',
      ),
      fc
        .tuple(fc.constantFrom('a', 'b', 'c', 'm', 'o', 't'), fc.string({ unit: 'binary', maxLength: 30 }))
        .map(([type, value]) => `${type}=${value}`),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), fc.constantFrom('\n', '\r\n'), (lines, end) => {
        const result = parseSdp(['v=0', 'o=- 1 1 IN IP4 1.2.3.4', ...lines].join(end));
        if (result.ok) expect(parseSdp(result.value.toString())).toEqual(result);
      }),
      { numRuns: 1000 },
    );
  });
});
