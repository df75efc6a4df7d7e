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
const GREATER = 0x3e;
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

/**
 * Reads the value (no comma list) between two offsets of a text as name-addr or addr-spec with parameters
 * (RFC 3261 §25.1). Fault offsets count from the start of the text.
 */
export function parseNameAddr(text: string, start = 0, end = text.length): Result<NameAddr, FieldFault> {
  let displayName = '';
  let open = start;
  if (text.charCodeAt(start) === QUOTE) {
    const nameEnd = quotedStringEnd(text, start, end);
    if (nameEnd < 0) return fault('quoted-string-open', start);
    displayName = unquote(text.slice(start, nameEnd));
    open = skipBlanks(text, nameEnd, end);
    if (open >= end || text.charCodeAt(open) !== LESS) return fault('name-addr-bracket', open);
  } else if (text.charCodeAt(start) !== LESS) {
    open = endOfTokens(text, start, end);
    const code = open < end ? text.charCodeAt(open) : SEMICOLON;
    if (code === COLON || code === SEMICOLON) return parseAddrSpec(text, start, end);
    if (code !== LESS) return fault('display-name-token', open);
    displayName = text.slice(start, open).trim();
  }
  const uriStart = open + 1;
  const uriEnd = endOfUri(text, uriStart, end);
  if (uriEnd < 0 || text.charCodeAt(uriEnd) !== GREATER) return fault('addr-spec', uriEnd < 0 ? uriStart : uriEnd);
  const params = readParameters(text, uriEnd + 1, end);
  return params.ok ? ok(new NameAddr(displayName, text.slice(uriStart, uriEnd), params.value)) : params;
}

/** Without angle brackets, a `;` starts the header parameters, and `,` and `?` may not occur (RFC 3261 §20.10). */
function parseAddrSpec(text: string, start: number, end: number): Result<NameAddr, FieldFault> {
  let stop = start;
  for (; stop < end; stop++) {
    const code = text.charCodeAt(stop);
    if (code === SEMICOLON) break;
    if (code === COMMA || code === QUESTION) return fault('addr-spec-needs-brackets', stop);
  }
  const uriEnd = endOfUri(text, start, stop);
  if (uriEnd < 0 || skipBlanks(text, uriEnd, stop) !== stop) return fault('addr-spec', Math.max(start, uriEnd));
  const params = readParameters(text, stop, end);
  return params.ok ? ok(new NameAddr('', text.slice(start, uriEnd), params.value)) : params;
}

/** Where the scheme and the URI characters behind it end; -1 when there is no scheme or nothing behind it. */
function endOfUri(text: string, start: number, end: number): number {
  const colon = skip(SCHEME, text, start, end);
  const first = text.charCodeAt(start) | 0x20;
  if (colon === start || colon >= end || text.charCodeAt(colon) !== COLON || first < 0x61 || first > 0x7a) return -1;
  const stop = skip(URI, text, colon + 1, end);
  return stop === colon + 1 ? -1 : stop;
}

/** The end of an unquoted display name: tokens and white space; UTF-8 bytes are tolerated. */
function endOfTokens(text: string, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (!isIn(TOKEN, code) && code !== 0x20 && code !== 0x09 && code < 0x80) return at;
  }
  return end;
}

function fault(rule: string, offset: number): Result<NameAddr, FieldFault> {
  return err({ rule, offset });
}
