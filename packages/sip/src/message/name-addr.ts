import { err, ok, type Result } from '@manyline/kernel';
import { isIn, SCHEME, skip, skipBlanks, TOKEN, URI } from '../uri/characters.ts';
import { Parameters } from '../uri/parameters.ts';
import { parseUri } from '../uri/parse-uri.ts';
import { quote, quotedStringEnd, unquote } from '../uri/quoted-string.ts';
import type { Uri } from '../uri/uri.ts';
import type { FieldFault } from './field-fault.ts';
import { readParameters } from './read-parameters.ts';

const QUOTE = 0x22;
const LESS = 0x3c;
const COLON = 0x3a;
const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const QUESTION = 0x3f;

/** One value of From, To, Contact, Route …: a URI with a display name and header parameters (RFC 3261 §20.10). Immutable. */
export class NameAddr {
  /** Byte text without quotes and escapes; '' when there is none. `utf8()` makes it readable. */
  readonly displayName: string;
  /** As received, without angle brackets. */
  readonly uri: string;
  /** The header parameters; those of the URI are in `parsedUri`. */
  readonly params: Parameters;
  #parsedUri: Uri | undefined | null = null;

  constructor(displayName: string, uri: string, params: Parameters = Parameters.empty) {
    this.displayName = displayName;
    this.uri = uri;
    this.params = params;
  }

  /** Undefined when the URI's scheme is fine but the rest is not. */
  get parsedUri(): Uri | undefined {
    if (this.#parsedUri === null) {
      const parsed = parseUri(this.uri);
      this.#parsedUri = parsed.ok ? parsed.value : undefined;
    }
    return this.#parsedUri;
  }

  /** The tag of a From or To; '' when absent. */
  get tag(): string {
    return this.params.get('tag') ?? '';
  }

  /** A copy with this tag. */
  withTag(tag: string): NameAddr {
    return new NameAddr(this.displayName, this.uri, this.params.with('tag', tag));
  }

  /** `"Display Name" <uri>;params`, the URI always in angle brackets. */
  toString(): string {
    const name = this.displayName === '' ? '' : `${quote(this.displayName)} `;
    return `${name}<${this.uri}>${this.params}`;
  }
}

/** Reads one value (no comma list) as name-addr or addr-spec with parameters (RFC 3261 §25.1). */
export function parseNameAddr(text: string): Result<NameAddr, FieldFault> {
  const end = text.length;
  let at = 0;
  let displayName = '';
  if (text.charCodeAt(0) === QUOTE) {
    const nameEnd = quotedStringEnd(text, 0, end);
    if (nameEnd < 0) return fault('quoted-string-open', 0);
    displayName = unquote(text.slice(0, nameEnd));
    at = skipBlanks(text, nameEnd, end);
    if (text.charCodeAt(at) !== LESS) return fault('name-addr-bracket', at);
  } else if (text.charCodeAt(0) !== LESS) {
    const bracket = text.indexOf('<');
    // `<` may also stand behind an addr-spec, in a quoted header parameter.
    const semicolon = text.indexOf(';');
    if (bracket < 0 || (semicolon >= 0 && semicolon < bracket)) return parseAddrSpec(text);
    const stop = endOfTokens(text, bracket);
    if (stop !== bracket) return fault('display-name-token', stop);
    displayName = text.slice(0, bracket).trim();
    at = bracket;
  }
  const close = text.indexOf('>', at);
  if (close < 0) return fault('name-addr-bracket', at);
  const uri = text.slice(at + 1, close);
  const stop = uriFault(uri);
  if (stop >= 0) return fault('addr-spec', at + 1 + stop);
  const params = readParameters(text, close + 1);
  return params.ok ? ok(new NameAddr(displayName, uri, params.value)) : params;
}

/** Without angle brackets, a `;` starts the header parameters, and `,` and `?` may not occur (RFC 3261 §20.10). */
function parseAddrSpec(text: string): Result<NameAddr, FieldFault> {
  let end = text.length;
  for (let at = 0; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === SEMICOLON) end = at;
    else if (code === COMMA || code === QUESTION) return fault('addr-spec-needs-brackets', at);
  }
  const uri = text.slice(0, end).trimEnd();
  const stop = uriFault(uri);
  if (stop >= 0) return fault('addr-spec', stop);
  const params = readParameters(text, end);
  return params.ok ? ok(new NameAddr('', uri, params.value)) : params;
}

/** The first offset that no URI can have: a bad scheme or an illegal character; -1 when it may be one. */
function uriFault(uri: string): number {
  const end = uri.length;
  const colon = skip(SCHEME, uri, 0, end);
  const first = uri.charCodeAt(0) | 0x20;
  if (colon === 0 || uri.charCodeAt(colon) !== COLON || first < 0x61 || first > 0x7a) return colon;
  const stop = skip(URI, uri, colon + 1, end);
  return stop === end && stop > colon + 1 ? -1 : stop;
}

/** The end of an unquoted display name: tokens and white space; UTF-8 bytes are tolerated. */
function endOfTokens(text: string, end: number): number {
  for (let at = 0; at < end; at++) {
    const code = text.charCodeAt(at);
    if (!isIn(TOKEN, code) && code !== 0x20 && code !== 0x09 && code < 0x80) return at;
  }
  return end;
}

function fault(rule: string, offset: number): Result<NameAddr, FieldFault> {
  return err({ rule, offset });
}
