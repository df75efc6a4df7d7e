import { quotedStringEnd } from '../uri/quoted-string.ts';

const TAB = 0x09;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const LESS = 0x3c;

/**
 * Splits a header value at its commas (RFC 3261 §7.3.1), but not inside quoted strings or angle brackets.
 * The parts are trimmed; an empty part stays as '', for the caller to judge. Runs in linear time on any input.
 */
export function splitValues(value: string): string[] {
  if (!value.includes(',')) return [value];
  const bounds = splitBounds(value, 0, value.length);
  const parts: string[] = [];
  for (let i = 0; i < bounds.length; i += 2) parts.push(value.slice(bounds[i], bounds[i + 1]));
  return parts;
}

/** The same between two offsets of a text: start and end of each part, in turn. */
export function splitBounds(text: string, start: number, end: number): number[] {
  const bounds: number[] = [];
  let partStart = start;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === COMMA) {
      pushTrimmed(bounds, text, partStart, at);
      partStart = at + 1;
    } else if (code === QUOTE) {
      const close = quotedStringEnd(text, at, end);
      if (close < 0) break;
      at = close - 1;
    } else if (code === LESS) {
      const close = text.indexOf('>', at);
      if (close < 0 || close >= end) break;
      at = close;
    }
  }
  pushTrimmed(bounds, text, partStart, end);
  return bounds;
}

function pushTrimmed(bounds: number[], text: string, start: number, end: number): void {
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  bounds.push(start, end);
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}
