/** Character classes of RFC 3261 §25.1, one bit each in a table by character code. */

export const TOKEN = 1;
export const HEX = 2;
export const HOST = 4;
/** What a URI may hold: no white space, quotes, angle brackets or controls; UTF-8 bytes are tolerated. */
export const URI = 8;
/** An unquoted parameter value: token, host, IPv6 reference and what phones add; no separators. */
export const PARAMETER_VALUE = 16;
export const SCHEME = 32;
/** Need no escape in the user part of a SIP URI: unreserved and user-unreserved. */
export const USER = 64;
export const DIGIT = 128;

const classes = new Uint8Array(256);

function mark(bit: number, characters: string): void {
  for (let i = 0; i < characters.length; i++) classes[characters.charCodeAt(i)]! |= bit;
}

const digits = '0123456789';
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
mark(DIGIT, digits);
mark(HEX, `${digits}abcdefABCDEF`);
mark(SCHEME, `${digits}${letters}+-.`);
mark(HOST, `${digits}${letters}-._`);
mark(TOKEN, `${digits}${letters}-.!%*_+\`'~`);
mark(USER, `${digits}${letters}-_.!~*'()&=+$,;?/`);
mark(PARAMETER_VALUE, `${digits}${letters}-.!%*_+\`'~[]:/@&$()|#^{}=?`);
for (let code = 0x21; code < 256; code++) {
  if (code !== 0x22 && code !== 0x3c && code !== 0x3e && code !== 0x7f) classes[code]! |= URI;
  if (code >= 0x80) classes[code]! |= PARAMETER_VALUE;
}

/** Whether the character code belongs to the class. */
export function isIn(bit: number, code: number): boolean {
  return (classes[code]! & bit) !== 0;
}

/** The first offset from `at` on whose character is not of the class; `end` when all are. */
export function skip(bit: number, text: string, at: number, end: number): number {
  while (at < end && (classes[text.charCodeAt(at)]! & bit) !== 0) at++;
  return at;
}

/** Skips space and tab. */
export function skipBlanks(text: string, at: number, end: number): number {
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x09) break;
    at++;
  }
  return at;
}

/** The text from `start` to `end` with ASCII letters in lower case; as fast as a slice when there is nothing to do. */
export function lowerSlice(text: string, start: number, end: number): string {
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code <= 0x5a && code >= 0x41) return text.slice(start, end).toLowerCase();
  }
  return text.slice(start, end);
}
