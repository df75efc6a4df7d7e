const CR = 0x0d;
const LF = 0x0a;
const SP = 0x20;
const HTAB = 0x09;
const COLON = 0x3a;

/** What a header block says about the length of its body. */
export type ContentLength = number | 'missing' | 'invalid' | 'conflict' | 'too-large';

/**
 * Finds Content-Length (or `l`) in the header block `bytes[start, end)`, start line included, without decoding the rest.
 * Only `1*DIGIT` counts as a number; a folded value is joined; equal repetitions are one, different ones a conflict.
 */
export function findContentLength(bytes: Buffer, start: number, end: number, maximum: number): ContentLength {
  let found: ContentLength = 'missing';
  for (let lineStart = nextLine(bytes, start, end); lineStart < end; lineStart = nextLine(bytes, lineStart, end)) {
    const valueStart = afterContentLengthName(bytes, lineStart, end);
    if (valueStart < 0) continue;
    const length = parseLength(unfoldedValue(bytes, valueStart, end), maximum);
    if (typeof length !== 'number') return length;
    if (typeof found === 'number' && found !== length) return 'conflict';
    found = length;
  }
  return found;
}

function nextLine(bytes: Buffer, from: number, end: number): number {
  const lineFeed = bytes.indexOf(LF, from);
  return lineFeed < 0 || lineFeed >= end ? end : lineFeed + 1;
}

/** The index behind `Content-Length:` or `l:` at `lineStart`, or -1. */
function afterContentLengthName(bytes: Buffer, lineStart: number, end: number): number {
  const letter = bytes[lineStart]! | 0x20;
  let index: number;
  if (letter === 0x6c) {
    index = lineStart + 1;
  } else if (letter === 0x63) {
    index = lineStart + 14;
    if (index > end || bytes.toString('latin1', lineStart, index).toLowerCase() !== 'content-length') return -1;
  } else {
    return -1;
  }
  while (index < end && (bytes[index] === SP || bytes[index] === HTAB)) index += 1;
  return index < end && bytes[index] === COLON ? index + 1 : -1;
}

/** The value up to the end of its line, with the lines that continue it (RFC 3261 §7.3.1). */
function unfoldedValue(bytes: Buffer, valueStart: number, end: number): string {
  let value = '';
  for (let lineStart = valueStart; ; ) {
    const next = nextLine(bytes, lineStart, end);
    let lineEnd = next;
    if (bytes[lineEnd - 1] === LF) lineEnd -= 1;
    if (bytes[lineEnd - 1] === CR) lineEnd -= 1;
    value += bytes.toString('latin1', lineStart, Math.max(lineStart, lineEnd));
    if (next >= end || (bytes[next] !== SP && bytes[next] !== HTAB)) return value;
    lineStart = next;
  }
}

function parseLength(value: string, maximum: number): ContentLength {
  const digits = /^[ \t]*0*(\d+)[ \t]*$/.exec(value)?.[1];
  if (digits === undefined) return 'invalid';
  return digits.length > 9 || Number(digits) > maximum ? 'too-large' : Number(digits);
}
