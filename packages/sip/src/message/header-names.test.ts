import { describe, expect, it } from 'vitest';
import * as headerNames from './header-names.ts';

const { canonicalNames, headerNumber, headerNumberAt } = headerNames;

function numberInBytes(name: string): number {
  const bytes = Buffer.from(`: ${name}: `);
  return headerNumberAt(bytes, 2, 2 + name.length);
}

describe('header names', () => {
  it('gives the same number for a name as text and as bytes, in any case', () => {
    for (const [number, name] of canonicalNames.entries()) {
      if (number === 0) continue;
      for (const spelling of [name, name.toLowerCase(), name.toUpperCase()]) {
        expect([spelling, headerNumber(spelling), numberInBytes(spelling)]).toEqual([spelling, number, number]);
      }
    }
  });

  it('has its constants in step with the list', () => {
    expect(canonicalNames[headerNames.VIA]).toBe('Via');
    expect(canonicalNames[headerNames.CALL_ID]).toBe('Call-ID');
    expect(canonicalNames[headerNames.CSEQ]).toBe('CSeq');
    expect(canonicalNames[headerNames.CONTENT_LENGTH]).toBe('Content-Length');
    expect(canonicalNames[headerNames.RECORD_ROUTE]).toBe('Record-Route');
    expect(canonicalNames[headerNames.EXPIRES]).toBe('Expires');
    expect(canonicalNames[headerNames.TIMESTAMP]).toBe('Timestamp');
  });

  it('knows the compact forms', () => {
    const forms = Object.fromEntries(
      [...'abcdefijklmorstuvxy'].map((form) => [form, canonicalNames[numberInBytes(form)]]),
    );
    expect(forms).toEqual({
      a: 'Accept-Contact',
      b: 'Referred-By',
      c: 'Content-Type',
      d: 'Request-Disposition',
      e: 'Content-Encoding',
      f: 'From',
      i: 'Call-ID',
      j: 'Reject-Contact',
      k: 'Supported',
      l: 'Content-Length',
      m: 'Contact',
      o: 'Event',
      r: 'Refer-To',
      s: 'Subject',
      t: 'To',
      u: 'Allow-Events',
      v: 'Via',
      x: 'Session-Expires',
      y: 'Identity',
    });
  });

  it('takes no other name for a known one', () => {
    for (const name of ['Vib', 'C%6Fntact', 'X-Via', 'Vi', 'Call_ID', 'constructor', '__proto__', 'g']) {
      expect([name, headerNumber(name), numberInBytes(name)]).toEqual([name, 0, 0]);
    }
  });
});
