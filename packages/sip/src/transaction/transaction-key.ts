import type { SipRequest, SipResponse } from '../message/index.ts';
import type { Flow } from '../transport/index.ts';
import { MAGIC_COOKIE } from './branch.ts';

/**
 * What a request and its server transaction have in common (RFC 3261 §17.2.3): branch, sent-by and method; besides, the
 * transport, which retransmissions, ACK and CANCEL never change (RFC 3261 §9.1, §17.1.1.3). `method` is given to look
 * for another transaction than the request's own: the INVITE that a CANCEL is about (RFC 3261 §9.2).
 */
export function serverTransactionKey(request: SipRequest, flow: Flow, method = transactionMethod(request)): string {
  const via = request.topVia;
  const sentBy = via.port === undefined ? via.host : `${via.host}:${via.port}`;
  const common = `${sentBy} ${method} ${flow.protocol}`;
  if (via.branch.startsWith(MAGIC_COOKIE)) return `${via.branch} ${common}`;
  return `2543 ${request.callId} ${request.fromTag} ${request.cseq.sequence} ${request.uri} ${common}`;
}

/** An ACK belongs to the transaction of its INVITE. */
function transactionMethod(request: SipRequest): string {
  return request.method === 'ACK' ? 'INVITE' : request.method;
}

/** What a response and its client transaction have in common (RFC 3261 §17.1.3): our branch and the CSeq method. */
export function clientTransactionKey(response: SipResponse): string {
  return `${response.topVia.branch} ${response.cseq.method}`;
}
