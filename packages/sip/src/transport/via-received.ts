import type { SipRequest } from '../message/index.ts';

/**
 * Writes the source of a request into its top Via: `received` when the sent-by host is another one
 * (RFC 3261 §18.2.1), `received` and the `rport` value when the client asked for it (RFC 3581 §4).
 * Values that the client itself wrote there are replaced.
 */
export function stampReceived(request: SipRequest, address: string, port: number): void {
  const via = request.topVia;
  const sameHost = via.host === address || via.host === `[${address}]`;
  if (sameHost && !via.params.has('rport') && !via.params.has('received')) return;
  request.replaceTopVia(via.withSource(address, port));
}
