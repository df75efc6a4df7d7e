import { parseUri, SipUri } from '../uri/index.ts';
import type { Flow } from './flow.ts';
import type { FlowTarget } from './sip-transports.ts';

const DEFAULT_PORT = 5060;

/**
 * The way to a peer that was heard on `flow` and gave `contactUri` as its Contact. A connection is used as it is. Over UDP
 * the Contact's port counts (RFC 3261 §8.1.2) when the Contact names the address that the peer sends from.
 *
 * Deviation: any other Contact is not followed, because it is the private address of a phone behind NAT, which is
 * reachable only where it sends from.
 */
export function contactFlow(flow: Flow, contactUri: string, flowTo: (target: FlowTarget) => Flow): Flow {
  if (flow.reliable) return flow;
  const parsed = parseUri(contactUri);
  if (!parsed.ok || !(parsed.value instanceof SipUri)) return flow;
  const { host, port = DEFAULT_PORT } = parsed.value;
  if (port === flow.remotePort) return flow;
  if (host !== flow.remoteAddress && host !== `[${flow.remoteAddress}]`) return flow;
  return flowTo({ protocol: 'UDP', address: flow.remoteAddress, port });
}
