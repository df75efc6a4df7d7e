import type { Result } from '@manyline/kernel';
import { parseUri } from '../uri/parse-uri.ts';
import type { Uri, UriError } from '../uri/uri.ts';
import { HeaderFields } from './header-fields.ts';
import { SipMessage } from './sip-message.ts';
import { toHeaderText } from './wire-text.ts';

export interface SipRequestParts {
  method: string;
  /** The Request-URI as it shall stand in the start line. */
  uri: string;
  headers?: Iterable<readonly [name: string, value: string]>;
  body?: Buffer;
}

const noBody = Buffer.alloc(0);

/** A request (RFC 3261 §7.1). */
export class SipRequest extends SipMessage {
  readonly method: string;
  #uri: string;
  #requestUri: Result<Uri, UriError> | undefined;

  constructor(method: string, uri: string, headers: HeaderFields, body: Buffer) {
    super(headers, body);
    this.method = method;
    this.#uri = uri;
  }

  static create(parts: SipRequestParts): SipRequest {
    return new SipRequest(parts.method, parts.uri, new HeaderFields(parts.headers), parts.body ?? noBody);
  }

  /** The raw Request-URI. */
  get uri(): string {
    return this.#uri;
  }

  set uri(uri: string) {
    this.#uri = uri;
    this.#requestUri = undefined;
  }

  get requestUri(): Result<Uri, UriError> {
    this.#requestUri ??= parseUri(this.#uri);
    return this.#requestUri;
  }

  protected override startLine(): string {
    return `${toHeaderText(`${this.method} ${this.#uri}`)} SIP/2.0\r\n`;
  }
}
