export { Parameters } from './parameters.ts';
export { parseUri } from './parse-uri.ts';
export { SipUri, type SipUriParts } from './sip-uri.ts';
export { TelUri } from './tel-uri.ts';
export type { OtherUri, Uri, UriError } from './uri.ts';
