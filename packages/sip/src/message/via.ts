import { err, ok, type Result } from '@manyline/kernel';
import { DIGIT, lowerSlice, skip, skipBlanks, TOKEN } from '../uri/characters.ts';
import type { Parameters } from '../uri/parameters.ts';
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
    return formatVia(
      this.protocol,
      this.host,
      this.port,
      params.has('rport') ? params.with('rport', `${port}`) : params,
    );
  }
}

/** A Via value; an IPv6 host in brackets. */
export function formatVia(protocol: string, host: string, port: number | undefined, params: Parameters): string {
  return `SIP/2.0/${protocol} ${host}${port === undefined ? '' : `:${port}`}${params}`;
}

/**
 * Reads the Via value (no comma list) between two offsets of a text. The protocol version is not judged here; the
 * start line's is. Fault offsets count from the start of the text.
 */
export function parseVia(text: string, start = 0, end = text.length): Result<Via, FieldFault> {
  const transportStart = text.startsWith('SIP/2.0/', start) ? start + 8 : endOfProtocolVersion(text, start, end);
  const transportEnd = skip(TOKEN, text, transportStart, end);
  if (transportEnd <= transportStart) return fault('via-sent-protocol', start);
  const hostStart = skipBlanks(text, transportEnd, end);
  if (hostStart === transportEnd) return fault('via-sent-by', transportEnd);
  const hostEnd = endOfHost(text, hostStart, end);
  if (hostEnd < 0) return fault('via-sent-by', hostStart);
  let at = skipBlanks(text, hostEnd, end);
  let port: number | undefined;
  if (at < end && text.charCodeAt(at) === COLON) {
    const portStart = skipBlanks(text, at + 1, end);
    at = skip(DIGIT, text, portStart, end);
    port = at - portStart <= 5 ? Number(text.slice(portStart, at)) : 0;
    if (port < 1 || port > 65535) return fault('via-port', portStart);
  }
  const params = readParameters(text, at, end);
  if (!params.ok) return params;
  const protocol = protocolName(text.slice(transportStart, transportEnd));
  const raw = start === 0 && end === text.length ? text : text.slice(start, end);
  return ok(new Via(protocol, lowerSlice(text, hostStart, hostEnd), port, params.value, raw));
}

/** The offset of the transport behind `SIP / 2.0 /`, which may be spelled with white space; -1 when it is not there. */
function endOfProtocolVersion(text: string, start: number, end: number): number {
  let at = start;
  for (let part = 0; part < 2; part++) {
    const tokenEnd = skip(TOKEN, text, at, end);
    const slash = skipBlanks(text, tokenEnd, end);
    if (tokenEnd === at || text.charCodeAt(slash) !== SLASH) return -1;
    at = skipBlanks(text, slash + 1, end);
  }
  return at;
}

function protocolName(name: string): string {
  return name === 'UDP' || name === 'TCP' || name === 'TLS' ? name : name.toUpperCase();
}

function fault(rule: string, offset: number): Result<Via, FieldFault> {
  return err({ rule, offset });
}
