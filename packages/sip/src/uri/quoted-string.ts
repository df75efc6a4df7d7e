/** Quoted strings of RFC 3261 §25.1: `"` … `"`, where `\` escapes the character behind it. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether the text as a whole is one quoted string. */
export function isQuoted(text: string): boolean {
  return text.length >= 2 && text.charCodeAt(0) === QUOTE && quotedStringEnd(text, 0, text.length) === text.length;
}

/** The offset behind the closing quote of the quoted string that opens at `start`; -1 when it is never closed. */
export function quotedStringEnd(text: string, start: number, end: number): number {
  for (let at = start + 1; at < end; at++) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) return at + 1;
    if (char === BACKSLASH) at++;
  }
  return -1;
}

/** The text without the quotes around it and without escapes. */
export function unquote(quoted: string): string {
  const inner = quoted.slice(1, -1);
  return inner.includes('\\') ? inner.replaceAll(/\\([\s\S])/g, '$1') : inner;
}

/** The text as a quoted string. */
export function quote(text: string): string {
  return /["\\]/.test(text) ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : `"${text}"`;
}
