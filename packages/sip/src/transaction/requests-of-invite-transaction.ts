import { SipRequest, type SipResponse } from '../message/index.ts';

/** The ACK for a final response of 300–699, which belongs to the INVITE's transaction (RFC 3261 §17.1.1.3). */
export function createAckForNon2xx(invite: SipRequest, response: SipResponse): SipRequest {
  return SipRequest.create({
    method: 'ACK',
    uri: invite.uri,
    headers: [...sameTransactionHeaders(invite, 'ACK'), ['To', response.headers.get('To') ?? '']],
  });
}

/** The CANCEL for an INVITE; its To has no other tag than the INVITE's (RFC 3261 §9.1). */
export function createCancel(invite: SipRequest): SipRequest {
  return SipRequest.create({
    method: 'CANCEL',
    uri: invite.uri,
    headers: [...sameTransactionHeaders(invite, 'CANCEL'), ['To', invite.headers.get('To') ?? '']],
  });
}

/** The one Via with the INVITE's branch, the route that the INVITE took, and what identifies it. */
function sameTransactionHeaders(invite: SipRequest, method: string): [string, string][] {
  return [
    ['Via', invite.topVia.raw],
    ['Max-Forwards', '70'],
    ...invite.headers.getAll('Route').map((route): [string, string] => ['Route', route]),
    ['From', invite.headers.get('From') ?? ''],
    ['Call-ID', invite.callId],
    ['CSeq', `${invite.cseq.sequence} ${method}`],
  ];
}
