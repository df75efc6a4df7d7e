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

/** A hash table over lower-case names in bytes: slot -> index in `spellings` + 1, open addressing. */
const slots = new Uint8Array(1024);
const spellings: { readonly bytes: Uint8Array; readonly number: number }[] = [];

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
    spellings.push({ bytes, number });
    slots[slot] = spellings.length;
  }
});

/** The number of the field with this name in any case or its compact form; 0 for a field that we do not know. */
export function headerNumber(name: string): number {
  return numbersByName.get(name) ?? numbersByName.get(name.toLowerCase()) ?? 0;
}

/** As `headerNumber`, for a name of at least one token character that stands in bytes [start, end). */
export function headerNumberAt(bytes: Uint8Array, start: number, end: number): number {
  for (let slot = slotOf(bytes, start, end); slots[slot] !== 0; slot = (slot + 1) & 1023) {
    const spelling = spellings[slots[slot]! - 1]!;
    if (spelling.bytes.length === end - start && matches(bytes, start, spelling.bytes)) return spelling.number;
  }
  return 0;
}

/** Sound for token characters only: among them, only letters change under `| 0x20` into a letter. */
function matches(bytes: Uint8Array, start: number, lower: Uint8Array): boolean {
  for (let i = 0; i < lower.length; i++) if ((bytes[start + i]! | 0x20) !== lower[i]) return false;
  return true;
}
