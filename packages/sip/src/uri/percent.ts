/**
 * Replaces `%hh` escapes by their byte. Escaped control characters (`%00` …) stay escaped: they are legal in a URI
 * (RFC 4475 §3.1.1.4) and no display, database or log has a use for them. `%` that starts no escape stays.
 */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text;
  return text.replaceAll(/%([0-9A-Fa-f]{2})/g, (escaped, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return code < 0x20 || code === 0x7f ? escaped : String.fromCharCode(code);
  });
}
