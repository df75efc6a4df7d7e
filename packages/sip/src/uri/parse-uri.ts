import { err, ok, type Result } from '@manyline/kernel';
import { HEX, HOST, isIn, lowerSlice, SCHEME, skip, URI } from './characters.ts';
import { SipUri } from './sip-uri.ts';
import { TelUri } from './tel-uri.ts';
import type { Uri, UriError } from './uri.ts';

const AT = 0x40;
const COLON = 0x3a;
const SEMICOLON = 0x3b;
const QUESTION = 0x3f;
const OPEN_BRACKET = 0x5b;
const PERCENT = 0x25;
const EQUALS = 0x3d;

/**
 * Reads an absolute URI without angle brackets (RFC 3261 §19.1, RFC 3966). Never throws.
 * More tolerant than the grammar in the user part (an unescaped `#` or UTF-8 is common), strict in host and port.
 */
export function parseUri(text: string): Result<Uri, UriError> {
  const colon = text.indexOf(':');
  if (colon <= 0 || !isLetter(text.charCodeAt(0)) || skip(SCHEME, text, 0, colon) !== colon)
    return fault('uri-scheme', 0);
  const scheme = lowerSlice(text, 0, colon);
  const stop = findIllegal(text, colon + 1);
  if (stop >= 0) return fault('uri-character', stop);
  if (scheme === 'sip' || scheme === 'sips') return parseSip(text, scheme, colon + 1);
  if (scheme === 'tel') return parseTel(text, colon + 1);
  if (colon + 1 === text.length) return fault('uri-empty', colon + 1);
  return ok({ scheme: 'other', schemeName: scheme, text, toString: () => text });
}

function parseSip(text: string, scheme: 'sip' | 'sips', start: number): Result<Uri, UriError> {
  const end = text.length;
  let at = start;
  let user = '';
  let password: string | undefined;
  const atSign = text.indexOf('@', start);
  if (atSign >= 0) {
    if (atSign === start) return fault('uri-user', start);
    user = text.slice(start, atSign);
    const colon = user.indexOf(':');
    if (colon === 0) return fault('uri-user', start);
    if (colon > 0) {
      password = user.slice(colon + 1);
      user = user.slice(0, colon);
    }
    at = atSign + 1;
  }
  const hostStart = at;
  at = endOfHost(text, at, end);
  if (at < 0) return fault('uri-host', hostStart);
  const host = lowerSlice(text, hostStart, at);
  let port: number | undefined;
  if (text.charCodeAt(at) === COLON) {
    const portStart = at + 1;
    port = 0;
    for (at = portStart; at < end; at++) {
      const digit = text.charCodeAt(at) - 0x30;
      if (digit < 0 || digit > 9) break;
      port = port * 10 + digit;
      if (port > 65535) return fault('uri-port', portStart);
    }
    if (port === 0) return fault('uri-port', portStart);
  }
  const paramsStart = at;
  at = endOfParameters(text, at, end);
  if (at < 0) return fault('uri-parameter', paramsStart);
  const params = text.slice(paramsStart, at);
  if (at < end && text.charCodeAt(at) !== QUESTION) return fault('uri-host', at);
  return ok(new SipUri(scheme, user, password, host, port, params, at < end ? text.slice(at + 1) : ''));
}

function parseTel(text: string, start: number): Result<Uri, UriError> {
  let at = start;
  if (text.charCodeAt(at) === 0x2b) at++;
  const digitsStart = at;
  let digits = 0;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isIn(HEX, code) || code === 0x2a || code === 0x23) digits++;
    else if (code !== 0x2d && code !== 0x2e && code !== 0x28 && code !== 0x29) break;
  }
  if (digits === 0) return fault('uri-telephone-number', digitsStart);
  const end = endOfParameters(text, at, text.length);
  if (end !== text.length) return fault(end < 0 ? 'uri-parameter' : 'uri-telephone-number', at);
  return ok(new TelUri(text.slice(start, at), text.slice(at)));
}

/** The offset behind a host at `at` (name, IPv4 address or `[IPv6]`), or -1. RFC 3261 §25.1 `host`. */
export function endOfHost(text: string, at: number, end: number): number {
  if (text.charCodeAt(at) !== OPEN_BRACKET) {
    const stop = skip(HOST, text, at, end);
    return stop === at ? -1 : stop;
  }
  let colons = 0;
  for (let i = at + 1; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === COLON) colons++;
    else if (code === 0x5d) return colons >= 2 ? i + 1 : -1;
    else if (code !== 0x2e && !isIn(HEX, code)) return -1;
  }
  return -1;
}

/** The offset behind `;name=value;name`, at a `?` or the end; -1 when a name is empty. */
function endOfParameters(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && text.charCodeAt(at) === SEMICOLON) {
    const nameStart = ++at;
    for (; at < end; at++) {
      const code = text.charCodeAt(at);
      if (code === SEMICOLON || code === QUESTION) break;
      if (code === AT) return -1;
      if (code === EQUALS && at === nameStart) return -1;
    }
    if (at === nameStart) return -1;
  }
  return at;
}

/** The first character that no URI may hold, or the first `%` without two hexadecimal digits; -1 for none. */
function findIllegal(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0xff || !isIn(URI, code)) return at;
    if (code === PERCENT && !(isIn(HEX, text.charCodeAt(at + 1)) && isIn(HEX, text.charCodeAt(at + 2)))) return at;
  }
  return -1;
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

function fault(rule: string, offset: number): Result<Uri, UriError> {
  return err({ rule, offset });
}
