import { hash } from 'node:crypto';
import { HeaderFields } from './header-fields.ts';
import { CALL_ID, CSEQ, FROM, RECORD_ROUTE, TIMESTAMP, TO, VIA } from './header-names.ts';
import { reasonPhraseOf } from './reason-phrases.ts';
import { SipMessage } from './sip-message.ts';
import type { SipRequest } from './sip-request.ts';
import { toHeaderText } from './wire-text.ts';

export interface SipResponseParts {
  reasonPhrase?: string;
  /** The tag for a To that has none; left out, a tag is derived from the request, the same for each retransmission. */
  toTag?: string;
  /** Further fields, behind the copied ones. */
  headers?: Iterable<readonly [name: string, value: string]>;
  body?: Buffer;
}

const noBody = Buffer.alloc(0);

/** Requests whose 101–2xx responses carry Record-Route back (RFC 3261 §12.1.1, RFC 6665, RFC 3515). */
const dialogForming = new Set(['INVITE', 'SUBSCRIBE', 'REFER', 'NOTIFY']);

/** A response (RFC 3261 §7.2). */
export class SipResponse extends SipMessage {
  /** 100–699. */
  readonly statusCode: number;
  readonly reasonPhrase: string;

  constructor(statusCode: number, reasonPhrase: string, headers: HeaderFields, body: Buffer) {
    super(headers, body);
    this.statusCode = statusCode;
    this.reasonPhrase = reasonPhrase;
  }

  /** The response to a request: Via, From, To, Call-ID, CSeq copied (RFC 3261 §8.2.6.2), Timestamp into a 100. */
  static create(request: SipRequest, statusCode: number, parts: SipResponseParts = {}): SipResponse {
    const headers = new HeaderFields();
    headers.copyFrom(request.headers, VIA);
    if (statusCode > 100 && statusCode < 300 && dialogForming.has(request.method)) {
      headers.copyFrom(request.headers, RECORD_ROUTE);
    }
    headers.copyFrom(request.headers, FROM);
    const to = request.headers.first(TO);
    const addTag = statusCode > 100 && request.toTag === '';
    if (to !== undefined) {
      headers.appendKnown(TO, addTag ? `${to};tag=${toHeaderText(parts.toTag ?? derivedTag(request))}` : to);
    }
    headers.copyFrom(request.headers, CALL_ID);
    headers.copyFrom(request.headers, CSEQ);
    if (statusCode === 100) headers.copyFrom(request.headers, TIMESTAMP);
    if (parts.headers !== undefined) for (const [name, value] of parts.headers) headers.append(name, value);
    return new SipResponse(statusCode, parts.reasonPhrase ?? reasonPhraseOf(statusCode), headers, parts.body ?? noBody);
  }

  get isProvisional(): boolean {
    return this.statusCode < 200;
  }

  get isFinal(): boolean {
    return this.statusCode >= 200;
  }

  get isSuccess(): boolean {
    return this.statusCode >= 200 && this.statusCode < 300;
  }

  protected override startLine(): string {
    return `SIP/2.0 ${this.statusCode} ${toHeaderText(this.reasonPhrase)}\r\n`;
  }
}

/** RFC 3261 §8.2.7: a stateless server gives the same tag to every retransmission of a request. */
function derivedTag(request: SipRequest): string {
  const top = request.headers.first(VIA) ?? '';
  return hash('md5', `${top}\n${request.callId}\n${request.headers.first(CSEQ)}`).slice(0, 16);
}
