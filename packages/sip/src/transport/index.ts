export { contactFlow } from './contact-flow.ts';
export type { DiscardReason } from './discard-reason.ts';
export type { Flow, TransportHandler, TransportProtocol } from './flow.ts';
export { LocalAddressResolver, type LocalAddressResolverOptions } from './local-address-resolver.ts';
export { type FlowTarget, type ListenAddress, SipTransports, type SipTransportsOptions } from './sip-transports.ts';
export type { TransportLimits } from './transport-limits.ts';
