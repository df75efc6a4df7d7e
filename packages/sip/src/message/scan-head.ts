import { isIn, TOKEN } from '../uri/characters.ts';
import { CALL_ID, CONTENT_LENGTH, CONTENT_TYPE, CSEQ, FROM, headerNumberAt, MAX_FORWARDS, TO } from './header-names.ts';
import { messageLimits } from './limits.ts';

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/** Fields of which a message has one at most (RFC 3261 §7.3.1), as a bit set by number. */
const singleFields =
  (1 << FROM) |
  (1 << TO) |
  (1 << CALL_ID) |
  (1 << CSEQ) |
  (1 << MAX_FORWARDS) |
  (1 << CONTENT_LENGTH) |
  (1 << CONTENT_TYPE);

/** Where the header fields of a message lie, or the rule that its bytes break. */
export interface HeadScan {
  /** '' when the header section is well formed. */
  rule: string;
  /** Where the fault is, or where the body begins. */
  offset: number;
  /** By field: its number (header-names.ts). */
  readonly numbers: number[];
  /** By field: SPAN offsets into the message, see HeaderFields.fromScan. */
  readonly spans: number[];
  /** Which of the fields with numbers below 32 are there. */
  seen: number;
}

/** Where a line ends: at its CR. -1 when a control character or the end of the bytes comes first. */
export function endOfLine(bytes: Uint8Array, start: number): number {
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte < SPACE && byte !== TAB) return byte === CR && bytes[at + 1] === LF ? at : -1;
  }
  return -1;
}

/**
 * Walks once over the bytes of a header section (RFC 3261 §7.3), which starts at `start` and ends with an empty line.
 * Lines end with CRLF only. Control characters are refused, except behind a backslash, where a quoted string may
 * have them (RFC 4475 §3.1.1.2).
 */
export function scanHead(bytes: Uint8Array, start: number): HeadScan {
  const scan: HeadScan = { rule: '', offset: start, numbers: [], spans: [], seen: 0 };
  const length = bytes.length;
  let at = start;
  while (at < length) {
    const lineStart = at;
    if (bytes[at] === CR) {
      if (bytes[at + 1] !== LF) break;
      scan.offset = at + 2;
      return scan;
    }

    let byte = 0;
    for (; at < length; at++) {
      byte = bytes[at]!;
      if (!isIn(TOKEN, byte)) break;
    }
    const nameEnd = at;
    if (nameEnd === lineStart) return fail(scan, 'header-name', at);
    while (byte === SPACE || byte === TAB) byte = bytes[++at]!;
    if (byte !== COLON) return fail(scan, at < length ? 'header-colon' : 'header-section-end', at);
    do byte = bytes[++at]!;
    while (byte === SPACE || byte === TAB);

    let valueStart = at;
    let folded = false;
    for (; at < length; at++) {
      byte = bytes[at]!;
      if (byte >= SPACE || byte === TAB) continue;
      if (byte === CR && bytes[at + 1] === LF) {
        const next = bytes[at + 2];
        if (next !== SPACE && next !== TAB) break;
        folded = true;
        at += 2;
      } else if (byte === CR || byte === LF || bytes[at - 1] !== BACKSLASH) return fail(scan, 'control-character', at);
    }
    if (at >= length) break;
    if (at - lineStart > messageLimits.lineBytes) return fail(scan, 'header-too-long', lineStart);
    let valueEnd = at;
    while (valueEnd > valueStart && isBlank(bytes[valueEnd - 1]!)) valueEnd--;
    if (folded) while (valueStart < valueEnd && isBlank(bytes[valueStart]!)) valueStart++;
    at += 2;

    const number = headerNumberAt(bytes, lineStart, nameEnd);
    if (number > 0 && number < 32) {
      const bit = 1 << number;
      if ((scan.seen & singleFields & bit) !== 0) return fail(scan, 'header-repeated', lineStart);
      scan.seen |= bit;
    }
    if (scan.numbers.length === messageLimits.headerFields) return fail(scan, 'too-many-headers', lineStart);
    scan.numbers.push(number);
    scan.spans.push(lineStart, nameEnd, valueStart, folded ? ~valueEnd : valueEnd);
  }
  return fail(scan, 'header-section-end', length);
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === CR || byte === LF;
}

function fail(scan: HeadScan, rule: string, offset: number): HeadScan {
  scan.rule = rule;
  scan.offset = offset;
  return scan;
}
