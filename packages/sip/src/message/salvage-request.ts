import { HeaderFields } from './header-fields.ts';
import { CALL_ID, CSEQ, FROM, headerNumber, TO, VIA } from './header-names.ts';
import { messageLimits } from './limits.ts';
import { SipRequest } from './sip-request.ts';

/**
 * Finds in a malformed request what a response copies: Via, From, To, Call-ID and CSeq (RFC 3261 §8.2.6.2), as raw
 * values. Undefined without Via or CSeq, by which the sender knows the answer as its own, and for ACK, which is never
 * answered. The rest may be missing (RFC 4475 §3.3.1).
 */
export function salvageRequest(bytes: Buffer, start: number, method: string, uri: string): SipRequest | undefined {
  if (method === 'ACK') return undefined;
  const text = bytes.toString('latin1', start, Math.min(bytes.length, start + messageLimits.messageBytes));
  const end = text.search(/\r?\n\r?\n/);
  const lines = (end < 0 ? text : text.slice(0, end)).replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  const headers = new HeaderFields();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim();
    const number = headerNumber(name);
    if (number === VIA || (isCopied(number) && !headers.has(name))) headers.append(name, line.slice(colon + 1).trim());
  }
  const isAnswerable = headers.first(VIA) !== undefined && headers.first(CSEQ) !== undefined;
  return isAnswerable ? new SipRequest(method, uri, headers, Buffer.alloc(0)) : undefined;
}

function isCopied(number: number): boolean {
  return number === FROM || number === TO || number === CALL_ID || number === CSEQ;
}
