import { quotedStringEnd } from '../uri/quoted-string.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const LESS = 0x3c;

/**
 * Splits a header value at its commas (RFC 3261 §7.3.1), but not inside quoted strings or angle brackets.
 * The parts are trimmed; an empty part stays as '', for the caller to judge. Runs in linear time on any input.
 */
export function splitValues(value: string): string[] {
  if (!value.includes(',')) return [value];
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code === COMMA) {
      parts.push(value.slice(start, at).trim());
      start = at + 1;
    } else if (code === QUOTE) {
      const end = quotedStringEnd(value, at, value.length);
      if (end < 0) break;
      at = end - 1;
    } else if (code === LESS) {
      const end = value.indexOf('>', at);
      if (end < 0) break;
      at = end;
    }
  }
  parts.push(value.slice(start).trim());
  return parts;
}
