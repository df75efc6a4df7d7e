import { isIn, USER } from './characters.ts';
import { Parameters } from './parameters.ts';
import { decodePercent } from './percent.ts';
import { readUriParameters } from './read-uri-parameters.ts';

export interface SipUriParts {
  scheme?: 'sip' | 'sips';
  /** Unescaped; '' for none. */
  user?: string;
  password?: string | undefined;
  /** A name, an IPv4 address, or an IPv6 address in brackets. */
  host: string;
  port?: number | undefined;
  params?: Parameters;
  /** The raw part behind `?`. */
  headers?: string;
}

/** A `sip:` or `sips:` URI (RFC 3261 §19.1). Immutable. */
export class SipUri {
  readonly scheme: 'sip' | 'sips';
  /** The user part as written, escapes included; '' when there is none. */
  readonly rawUser: string;
  /** Unescaped; undefined when there is none. */
  readonly password: string | undefined;
  /** Lower case; an IPv6 address keeps its brackets. */
  readonly host: string;
  readonly port: number | undefined;
  /** The raw `name=value&name=value` behind `?`; '' for none. Never copied into requests. */
  readonly headers: string;
  readonly #rawParams: string;
  #params: Parameters | undefined;

  constructor(
    scheme: 'sip' | 'sips',
    rawUser: string,
    password: string | undefined,
    host: string,
    port: number | undefined,
    rawParams: string,
    headers: string,
  ) {
    this.scheme = scheme;
    this.rawUser = rawUser;
    this.password = password;
    this.host = host;
    this.port = port;
    this.#rawParams = rawParams;
    this.headers = headers;
  }

  static create(parts: SipUriParts): SipUri {
    return new SipUri(
      parts.scheme ?? 'sip',
      escapeUser(parts.user ?? ''),
      parts.password,
      parts.host.toLowerCase(),
      parts.port,
      parts.params?.toString() ?? '',
      parts.headers ?? '',
    );
  }

  /** The user part without escapes (`%23` is `#`); escaped control characters stay escaped. '' when there is none. */
  get user(): string {
    return decodePercent(this.rawUser);
  }

  get params(): Parameters {
    this.#params ??= this.#rawParams === '' ? Parameters.empty : readUriParameters(this.#rawParams);
    return this.#params;
  }

  /** A copy with some parts replaced; a part given as undefined is removed. */
  with(parts: Partial<SipUriParts>): SipUri {
    return new SipUri(
      parts.scheme ?? this.scheme,
      'user' in parts ? escapeUser(parts.user ?? '') : this.rawUser,
      'password' in parts ? parts.password : this.password,
      parts.host?.toLowerCase() ?? this.host,
      'port' in parts ? parts.port : this.port,
      'params' in parts ? (parts.params?.toString() ?? '') : this.#rawParams,
      'headers' in parts ? (parts.headers ?? '') : this.headers,
    );
  }

  toString(): string {
    let text = `${this.scheme}:`;
    if (this.rawUser !== '') {
      text += this.rawUser;
      if (this.password !== undefined) text += `:${escapeUser(this.password)}`;
      text += '@';
    }
    text += this.host;
    if (this.port !== undefined) text += `:${this.port}`;
    text += this.#rawParams;
    return this.headers === '' ? text : `${text}?${this.headers}`;
  }
}

/** Escapes what may not stand in the user part; the text is bytes (latin1) or Unicode, which is sent as UTF-8. */
function escapeUser(user: string): string {
  for (let i = 0; i < user.length; i++) {
    const code = user.charCodeAt(i);
    if (code > 0x7f || !isIn(USER, code)) return escapeEach(user);
  }
  return user;
}

function escapeEach(user: string): string {
  let text = '';
  for (const byte of Buffer.from(user, isByteText(user) ? 'latin1' : 'utf8')) {
    text +=
      byte < 0x80 && isIn(USER, byte)
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}

function isByteText(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return false;
  return true;
}
