/**
 * Byte texts: a message's head is one latin1 string, each character a byte, so that nothing is lost or moved.
 * Text that is not ASCII is UTF-8 on the wire (RFC 3261 §7.3.1); these functions go between the two.
 */

/** A byte text as people read it. Bytes that are no UTF-8 become U+FFFD. */
export function utf8(byteText: string): string {
  return isAscii(byteText) ? byteText : Buffer.from(byteText, 'latin1').toString('utf8');
}

/** Unicode text, such as a display name from the database, as the byte text that goes into a message. */
export function toByteText(unicode: string): string {
  return isAscii(unicode) ? unicode : Buffer.from(unicode, 'utf8').toString('latin1');
}

const forbidden = /[\0\r\n\u0100-\uffff]/;

/**
 * Makes any text safe to be a header value: a character above U+00FF shows that it is Unicode, so it is encoded;
 * CR, LF and NUL, by which a value could smuggle in a header field, become spaces.
 */
export function toHeaderText(value: string): string {
  if (!forbidden.test(value)) return value;
  const bytes = /[\u0100-\uffff]/.test(value) ? toByteText(value) : value;
  return bytes.replaceAll(/[\0\r\n]/g, ' ');
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
