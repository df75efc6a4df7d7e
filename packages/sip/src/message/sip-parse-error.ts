import type { SipRequest } from './sip-request.ts';

/** Why bytes were refused. */
export interface SipParseError {
  /** `not-sip`: no SIP start line at all, deserves no answer. `bad-response` is dropped. `bad-request` may be answered. */
  kind: 'not-sip' | 'bad-request' | 'bad-response';
  /** 400, 414 (start line over its limit), 505 (another SIP version) or 513 (over another limit). */
  statusCode: 400 | 414 | 505 | 513;
  /** Stable name of the broken rule, for metrics and tests: `cseq-number-range`. */
  rule: string;
  /** Bytes from the start of the message. */
  offset: number;
  /** One line for people; holds nothing of the message. */
  detail: string;
  /**
   * What a response copies, as far as it was readable, so that the request can be answered; absent when it cannot or
   * must not be. Its `topVia.host` is '' when the Via is malformed: the answer then goes to the packet's source.
   */
  request?: SipRequest;
}
