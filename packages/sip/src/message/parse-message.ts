import { err, ok, type Result } from '@manyline/kernel';
import { SipUri } from '../uri/sip-uri.ts';
import { HeaderFields, SPAN } from './header-fields.ts';
import { CALL_ID, CONTENT_LENGTH, CSEQ, canonicalNames, FROM, MAX_FORWARDS, TO, VIA } from './header-names.ts';
import { messageLimits } from './limits.ts';
import { salvageRequest } from './salvage-request.ts';
import { parseDecimal } from './scalars.ts';
import { endOfLine, type HeadScan, scanHead } from './scan-head.ts';
import type { HeaderFault } from './sip-message.ts';
import type { SipParseError } from './sip-parse-error.ts';
import { SipRequest } from './sip-request.ts';
import { SipResponse } from './sip-response.ts';
import { readStartLine, type StartLine } from './start-line.ts';

const CR = 0x0d;
const LF = 0x0a;

const mandatoryFields = [VIA, FROM, TO, CALL_ID, CSEQ];
const mandatoryBits = mandatoryFields.reduce((bits, number) => bits | (1 << number), 0);

interface Fault {
  statusCode: SipParseError['statusCode'];
  rule: string;
  offset: number;
  detail: string;
}

/**
 * Reads one whole message: a datagram, or what a stream's framing has cut out. Never throws.
 * A message that comes back has readable Via, From, To, Call-ID and CSeq, readable Contact, Route and Record-Route as
 * far as present, a readable Request-URI, and a body as long as Content-Length says: bytes behind it are cut off
 * (RFC 3261 §18.3), no Content-Length means the rest of the bytes.
 */
export function parseMessage(bytes: Buffer): Result<SipRequest | SipResponse, SipParseError> {
  let start = 0;
  while (bytes[start] === CR && bytes[start + 1] === LF) start += 2;
  const lineEnd = endOfLine(bytes, start);
  if (lineEnd < 0) return notSip('start-line-end', start);
  const scan = scanHead(bytes, lineEnd + 2);
  const head = bytes.toString('latin1', 0, scan.rule === '' ? scan.offset : lineEnd);
  const startLine = readStartLine(head.slice(start, lineEnd));
  if (startLine.kind === 'not-sip') return notSip('start-line', start);

  const refuse = (fault: Fault) => refusal(bytes, lineEnd + 2, startLine, fault);
  if (bytes.length > messageLimits.messageBytes) {
    return refuse({
      statusCode: 513,
      rule: 'message-too-long',
      offset: messageLimits.messageBytes,
      detail: 'message too long',
    });
  }
  if (lineEnd - start > messageLimits.lineBytes) {
    return refuse({ statusCode: 414, rule: 'start-line-too-long', offset: start, detail: 'start line too long' });
  }
  if (startLine.fault !== undefined) {
    return refuse({ ...startLine.fault, offset: start, detail: 'malformed start line' });
  }
  if (scan.rule !== '') {
    const statusCode = scan.rule === 'header-too-long' || scan.rule === 'too-many-headers' ? 513 : 400;
    return refuse({ statusCode, rule: scan.rule, offset: scan.offset, detail: 'malformed header section' });
  }
  if ((scan.seen & mandatoryBits) !== mandatoryBits) {
    const missing = mandatoryFields.find((number) => (scan.seen & (1 << number)) === 0)!;
    const rule = `missing-${canonicalNames[missing]!.toLowerCase()}`;
    return refuse({ statusCode: 400, rule, offset: scan.offset, detail: `no ${canonicalNames[missing]} header field` });
  }

  const headers = HeaderFields.fromScan(head, scan.numbers, scan.spans);
  const contentLength = headers.first(CONTENT_LENGTH);
  const available = bytes.length - scan.offset;
  const bodyLength = contentLength === undefined ? available : parseDecimal(contentLength);
  if (bodyLength === undefined) return refuse(inField(scan, CONTENT_LENGTH, 'content-length-syntax'));
  if (bodyLength > available) return refuse(inField(scan, CONTENT_LENGTH, 'content-length-beyond-message'));
  const body = bytes.subarray(scan.offset, scan.offset + bodyLength);

  const message =
    startLine.kind === 'request'
      ? new SipRequest(startLine.method, startLine.uri, headers, body)
      : new SipResponse(startLine.statusCode, startLine.reasonPhrase, headers, body);
  const fault = findFault(message, scan, start);
  return fault === undefined ? ok(message) : refuse(fault);
}

/** Judges the values of the fields that every message must have right. */
function findFault(message: SipRequest | SipResponse, scan: HeadScan, start: number): Fault | undefined {
  if (message instanceof SipRequest) {
    const uri = message.requestUri;
    const uriOffset = start + message.method.length + 1;
    if (!uri.ok) {
      return {
        statusCode: 400,
        rule: `request-${uri.error.rule}`,
        offset: uriOffset + uri.error.offset,
        detail: 'malformed Request-URI',
      };
    }
    // RFC 3261 §19.1.1: headers are not allowed in a Request-URI, and must never become header fields.
    if (uri.value instanceof SipUri && uri.value.headers !== '') {
      return {
        statusCode: 400,
        rule: 'request-uri-headers',
        offset: uriOffset,
        detail: 'header fields in the Request-URI',
      };
    }
  }
  const fault = message.findHeaderFault();
  if (fault !== undefined) return inField(scan, fault.field, fault.rule, offsetOf(scan, fault));
  if (message instanceof SipRequest && message.cseq.method !== message.method)
    return inField(scan, CSEQ, 'cseq-method-mismatch');
  if (!isWord(message.callId)) return inField(scan, CALL_ID, 'call-id-syntax');
  const maxForwards = message.headers.first(MAX_FORWARDS);
  if (maxForwards !== undefined && (parseDecimal(maxForwards) ?? 256) > 255)
    return inField(scan, MAX_FORWARDS, 'max-forwards-range');
  return undefined;
}

/** Offsets in a folded value do not count from the start of the message; then the start of the field must do. */
function offsetOf(scan: HeadScan, fault: HeaderFault): number | undefined {
  const isFolded = scan.numbers.some((number, index) => number === fault.field && scan.spans[index * SPAN + 3]! < 0);
  return isFolded ? undefined : fault.offset;
}

/** A fault in the field with this number, by default at the start of its first value. */
function inField(scan: HeadScan, number: number, rule: string, offset?: number): Fault {
  const valueStart = scan.spans[scan.numbers.indexOf(number) * SPAN + 2]!;
  return {
    statusCode: 400,
    rule,
    offset: offset ?? valueStart,
    detail: `malformed ${canonicalNames[number]} header field`,
  };
}

function notSip(rule: string, offset: number): Result<never, SipParseError> {
  return err({ kind: 'not-sip', statusCode: 400, rule, offset, detail: 'not a SIP message' });
}

function refusal(
  bytes: Buffer,
  headStart: number,
  line: Exclude<StartLine, { kind: 'not-sip' }>,
  fault: Fault,
): Result<never, SipParseError> {
  if (line.kind === 'response') return err({ kind: 'bad-response', ...fault });
  return err({ kind: 'bad-request', ...fault, request: salvageRequest(bytes, headStart, line.method, line.uri) });
}

/** Not empty and without white space, the least that a Call-ID must be. */
function isWord(text: string): boolean {
  return text !== '' && !text.includes(' ') && !text.includes('\t');
}
