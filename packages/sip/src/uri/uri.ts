import type { SipUri } from './sip-uri.ts';
import type { TelUri } from './tel-uri.ts';

/** A URI of a scheme that we only pass along: `http:`, `urn:`, `mailto:` … */
export interface OtherUri {
  readonly scheme: 'other';
  /** The scheme as it is: lower case, without the colon. */
  readonly schemeName: string;
  /** The whole URI as received. */
  readonly text: string;
  toString(): string;
}

/** Told apart by `scheme`: `sip` and `sips` are a SipUri, `tel` is a TelUri, all else is `other`. */
export type Uri = SipUri | TelUri | OtherUri;

export interface UriError {
  /** `uri-host`, `uri-port`, … */
  rule: string;
  /** Characters from the start of the URI. */
  offset: number;
}
