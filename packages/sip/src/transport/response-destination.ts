import type { Via } from '../message/index.ts';

/** RFC 3261 §19.1.2. */
const DEFAULT_SIP_PORT = 5060;

/**
 * The port to which the response to a UDP request goes; the address is always the one that the request came from.
 * With `rport` it is the source port (RFC 3581 §4), without it the sent-by port (RFC 3261 §18.2.2).
 *
 * Deviation: `maddr` is not followed because it would let a stranger aim our responses at somebody else.
 */
export function responsePort(topVia: Via, sourcePort: number): number {
  return topVia.rport === undefined ? (topVia.port ?? DEFAULT_SIP_PORT) : sourcePort;
}
