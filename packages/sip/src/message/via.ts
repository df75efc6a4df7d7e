import { err, ok, type Result } from '@manyline/kernel';
import { skip, skipBlanks, TOKEN } from '../uri/characters.ts';
import { Parameters } from '../uri/parameters.ts';
import { endOfHost } from '../uri/parse-uri.ts';
import type { FieldFault } from './field-fault.ts';
import { readParameters } from './read-parameters.ts';

const SLASH = 0x2f;
const COLON = 0x3a;

/** One Via value (RFC 3261 §20.42): where a response goes. Immutable. */
export class Via {
  /** Upper case: `UDP`, `TCP`, `TLS`, `WS`, `WSS`, or what was sent. */
  readonly protocol: string;
  /** Lower case; an IPv6 address keeps its brackets. */
  readonly host: string;
  readonly port: number | undefined;
  /** '' when absent, as RFC 2543 clients do. */
  readonly branch: string;
  readonly params: Parameters;
  /** The value as it stood in the message. */
  readonly raw: string;

  constructor(protocol: string, host: string, port: number | undefined, params: Parameters, raw: string) {
    this.protocol = protocol;
    this.host = host;
    this.port = port;
    this.branch = params.get('branch') ?? '';
    this.params = params;
    this.raw = raw;
  }

  get received(): string | undefined {
    return this.params.get('received');
  }

  /** RFC 3581: '' when the client asks for it, a number once a server has filled it in. */
  get rport(): number | '' | undefined {
    const text = this.params.get('rport');
    if (text === undefined || text === '') return text;
    const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
    return port >= 1 && port <= 65535 ? port : undefined;
  }

  get maddr(): string | undefined {
    return this.params.get('maddr');
  }

  /** The value with `received` set, and `rport` filled in when the client asked for it (RFC 3261 §18.2.1, RFC 3581 §4). */
  withSource(address: string, port: number): string {
    const params = this.params.with('received', address);
    return formatVia(this.protocol, this.host, this.port, params.has('rport') ? params.with('rport', `${port}`) : params);
  }
}

/** A Via value; an IPv6 host in brackets. */
export function formatVia(protocol: string, host: string, port: number | undefined, params: Parameters): string {
  return `SIP/2.0/${protocol} ${host}${port === undefined ? '' : `:${port}`}${params}`;
}

/** Reads one Via value (no comma list). The protocol version is not judged here; the start line's is. */
export function parseVia(text: string): Result<Via, FieldFault> {
  const end = text.length;
  let at = 0;
  let tokenStart = 0;
  for (let part = 0; part < 3; part++) {
    tokenStart = at;
    at = skip(TOKEN, text, at, end);
    if (at === tokenStart) return fault('via-sent-protocol', at);
    if (part === 2) break;
    at = skipBlanks(text, at, end);
    if (text.charCodeAt(at) !== SLASH) return fault('via-sent-protocol', at);
    at = skipBlanks(text, at + 1, end);
  }
  const protocol = text.slice(tokenStart, at).toUpperCase();
  const hostStart = skipBlanks(text, at, end);
  if (hostStart === at) return fault('via-sent-by', at);
  at = endOfHost(text, hostStart, end);
  if (at < 0) return fault('via-sent-by', hostStart);
  const host = text.slice(hostStart, at).toLowerCase();
  at = skipBlanks(text, at, end);
  let port: number | undefined;
  if (text.charCodeAt(at) === COLON) {
    at = skipBlanks(text, at + 1, end);
    const portStart = at;
    port = 0;
    for (; at < end; at++) {
      const digit = text.charCodeAt(at) - 0x30;
      if (digit < 0 || digit > 9) break;
      port = port * 10 + digit;
      if (port > 65535) break;
    }
    if (port === 0 || port > 65535) return fault('via-port', portStart);
  }
  const params = readParameters(text, at);
  return params.ok ? ok(new Via(protocol, host, port, params.value, text)) : params;
}

function fault(rule: string, offset: number): Result<Via, FieldFault> {
  return err({ rule, offset });
}
