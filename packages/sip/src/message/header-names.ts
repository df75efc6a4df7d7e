/**
 * The header fields that we know: canonical name, compact form (RFC 3261 §7.3.3 and the registry of RFC 3968), and a
 * small number by which the rest of this folder compares them. Number 0 is every other field.
 */

/** Every field that the parser or SipMessage itself reads; their numbers are below 32, to fit a bit set. */
export const VIA = 1;
export const FROM = 2;
export const TO = 3;
export const CALL_ID = 4;
export const CSEQ = 5;
export const MAX_FORWARDS = 6;
export const CONTACT = 7;
export const CONTENT_LENGTH = 8;
export const CONTENT_TYPE = 9;
export const ROUTE = 10;
export const RECORD_ROUTE = 11;
export const EXPIRES = 12;
export const TIMESTAMP = 13;

const known: readonly (readonly [canonical: string, compact?: string])[] = [
  ['Via', 'v'],
  ['From', 'f'],
  ['To', 't'],
  ['Call-ID', 'i'],
  ['CSeq'],
  ['Max-Forwards'],
  ['Contact', 'm'],
  ['Content-Length', 'l'],
  ['Content-Type', 'c'],
  ['Route'],
  ['Record-Route'],
  ['Expires'],
  ['Timestamp'],
  ['Accept'],
  ['Accept-Contact', 'a'],
  ['Accept-Encoding'],
  ['Accept-Language'],
  ['Alert-Info'],
  ['Allow'],
  ['Allow-Events', 'u'],
  ['Answer-Mode'],
  ['Authentication-Info'],
  ['Authorization'],
  ['Call-Info'],
  ['Content-Disposition'],
  ['Content-Encoding', 'e'],
  ['Content-ID'],
  ['Content-Language'],
  ['Date'],
  ['Diversion'],
  ['Error-Info'],
  ['Event', 'o'],
  ['Flow-Timer'],
  ['Geolocation'],
  ['History-Info'],
  ['Identity', 'y'],
  ['Info-Package'],
  ['In-Reply-To'],
  ['Join'],
  ['MIME-Version'],
  ['Min-Expires'],
  ['Min-SE'],
  ['Organization'],
  ['P-Access-Network-Info'],
  ['P-Asserted-Identity'],
  ['P-Associated-URI'],
  ['P-Called-Party-ID'],
  ['P-Preferred-Identity'],
  ['Path'],
  ['Priority'],
  ['Privacy'],
  ['Proxy-Authenticate'],
  ['Proxy-Authentication-Info'],
  ['Proxy-Authorization'],
  ['Proxy-Require'],
  ['RAck'],
  ['Reason'],
  ['Recv-Info'],
  ['Refer-Sub'],
  ['Refer-To', 'r'],
  ['Referred-By', 'b'],
  ['Reject-Contact', 'j'],
  ['Remote-Party-ID'],
  ['Replaces'],
  ['Reply-To'],
  ['Request-Disposition', 'd'],
  ['Require'],
  ['Resource-Priority'],
  ['Retry-After'],
  ['RSeq'],
  ['Server'],
  ['Service-Route'],
  ['Session-Expires', 'x'],
  ['SIP-ETag'],
  ['SIP-If-Match'],
  ['Subject', 's'],
  ['Subscription-State'],
  ['Supported', 'k'],
  ['Target-Dialog'],
  ['Unsupported'],
  ['User-Agent'],
  ['User-to-User'],
  ['Warning'],
  ['WWW-Authenticate'],
];

/** By number: the name as we write it. */
export const canonicalNames: readonly string[] = ['', ...known.map(([canonical]) => canonical)];

/** By number: `Name: `, ready to be written. */
export const namePrefixes: readonly string[] = canonicalNames.map((name) => `${name}: `);

const numbersByName = new Map<string, number>();

/**
 * A hash table over the lower-case spellings in bytes, open addressing: slot -> place of the spelling in `spelled`,
 * as length, field number, bytes. Place 0 is free.
 */
const slots = new Uint16Array(1024);
const spelled = new Uint8Array(4096);
let spelledEnd = 1;

/** Of the length and three bytes of a name; letters of both cases give the same. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  const mixed = (bytes[start]! | 0x20) * 31 + (bytes[(start + end) >> 1]! | 0x20) * 7 + (bytes[end - 1]! | 0x20) * 3;
  return (mixed + (end - start) * 101) & 1023;
}

known.forEach(([canonical, compact], index) => {
  const number = index + 1;
  numbersByName.set(canonical, number);
  for (const spelling of compact === undefined ? [canonical] : [canonical, compact]) {
    const lower = spelling.toLowerCase();
    numbersByName.set(lower, number);
    const bytes = Buffer.from(lower);
    let slot = slotOf(bytes, 0, bytes.length);
    while (slots[slot] !== 0) slot = (slot + 1) & 1023;
    slots[slot] = spelledEnd;
    spelled.set([bytes.length, number, ...bytes], spelledEnd);
    spelledEnd += bytes.length + 2;
  }
});

/** The number of the field with this name in any case or its compact form; 0 for a field that we do not know. */
export function headerNumber(name: string): number {
  return numbersByName.get(name) ?? numbersByName.get(name.toLowerCase()) ?? 0;
}

/**
 * As `headerNumber`, for a name that stands in bytes [start, end) and consists of token characters, at least one:
 * among these, only a letter becomes a letter under `| 0x20`.
 */
export function headerNumberAt(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  for (let slot = slotOf(bytes, start, end); ; slot = (slot + 1) & 1023) {
    const place = slots[slot]!;
    if (place === 0) return 0;
    if (spelled[place] !== length) continue;
    let i = 0;
    while (i < length && (bytes[start + i]! | 0x20) === spelled[place + 2 + i]) i++;
    if (i === length) return spelled[place + 1]!;
  }
}
