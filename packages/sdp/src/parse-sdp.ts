import { err, ok, type Result } from '@manyline/kernel';
import {
  type MediaDescription,
  type SdpAttribute,
  type SdpBandwidth,
  type SdpConnection,
  type SdpOrigin,
  SessionDescription,
} from './session-description.ts';

/** `line` counts from 1; 0 means the whole text. */
export interface SdpParseError {
  readonly line: number;
  readonly reason: string;
}

const MAX_LENGTH = 8192;
const MAX_MEDIA = 20;
/** In the session part, and in each media part. */
const MAX_LINES_PER_PART = 100;
const MAX_FORMATS = 64;

/** What a part (the session, or one m= line) collects while its lines are read. */
interface Part {
  lines: number;
  connection: SdpConnection | undefined;
  bandwidths: SdpBandwidth[];
  attributes: SdpAttribute[];
}

interface MediaPart extends Part {
  media: string;
  port: number;
  protocol: string;
  formats: string[];
}

/**
 * Reads a session description (RFC 8866). Never throws.
 * Strict where a wrong reading would send media astray (v=, o=, c=, m=), lenient elsewhere: lines in an unusual
 * order, a missing s= or t=, LF line ends, unknown lines and malformed b= or a= lines are accepted or passed over.
 */
export function parseSdp(text: string): Result<SessionDescription, SdpParseError> {
  if (text.length > MAX_LENGTH) return fail(0, `longer than ${MAX_LENGTH} characters`);
  const lines = text.split(/\r?\n/);
  while (lines.length > 0 && lines[lines.length - 1]!.trim() === '') lines.pop();
  if (lines[0]?.trimEnd() !== 'v=0') return fail(1, 'v=0 must come first');

  const session = newPart();
  const media: MediaPart[] = [];
  let part: Part = session;
  let origin: SdpOrigin | undefined;
  let sessionName = '-';
  let timing: string | undefined;

  for (let index = 1; index < lines.length; index++) {
    const line = lines[index]!;
    const lineNumber = index + 1;
    if (hasControlCharacter(line)) return fail(lineNumber, 'a control character');
    if (line.length < 2 || line[1] !== '=') return fail(lineNumber, 'not of the form <type>=<value>');
    const value = line.slice(2).trimEnd();
    switch (line[0]) {
      case 'm': {
        if (media.length === MAX_MEDIA) return fail(lineNumber, `more than ${MAX_MEDIA} m= lines`);
        const parsed = parseMediaLine(value);
        if (typeof parsed === 'string') return fail(lineNumber, parsed);
        media.push(parsed);
        part = parsed;
        break;
      }
      case 'c': {
        const connection = parseConnection(value);
        if (connection === undefined) return fail(lineNumber, 'malformed c= line');
        part.connection ??= connection;
        break;
      }
      case 'o':
        if (origin !== undefined || part !== session) return fail(lineNumber, 'an o= line too many');
        origin = parseOrigin(value);
        if (origin === undefined) return fail(lineNumber, 'malformed o= line');
        break;
      case 's':
        if (part === session) sessionName = value === '' ? '-' : value;
        break;
      case 't':
        timing ??= value;
        break;
      case 'b':
        addBandwidth(part, value);
        break;
      case 'a':
        addAttribute(part, value);
        break;
      default:
        if (!/[a-z]/.test(line[0]!)) return fail(lineNumber, 'the type is not a lower-case letter');
    }
    part.lines += 1;
    if (part.lines > MAX_LINES_PER_PART) return fail(lineNumber, `more than ${MAX_LINES_PER_PART} lines in one part`);
  }
  if (origin === undefined) return fail(0, 'there is no o= line');
  return ok(
    new SessionDescription({
      origin,
      sessionName,
      connection: session.connection,
      bandwidths: session.bandwidths,
      timing: timing ?? '0 0',
      attributes: session.attributes,
      media: media.map(toMediaDescription),
    }),
  );
}

function fail(line: number, reason: string): Result<SessionDescription, SdpParseError> {
  return err({ line, reason });
}

function newPart(): Part {
  return { lines: 0, connection: undefined, bandwidths: [], attributes: [] };
}

function toMediaDescription({ lines: _, ...media }: MediaPart): MediaDescription {
  return media;
}

/** Anything below space but TAB: a lone CR or a NUL could become a line of its own at the other peer. */
function hasControlCharacter(line: string): boolean {
  for (let index = 0; index < line.length; index++) {
    const code = line.charCodeAt(index);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return true;
  }
  return false;
}

/** `<media> <port>[/<count>] <proto> <fmt>…`; what is wrong as a string. */
function parseMediaLine(value: string): MediaPart | string {
  const [media = '', portText = '', protocol = '', ...formats] = value.split(/[ \t]+/);
  if (!/^[\w.+-]{1,32}$/.test(media)) return 'malformed media name';
  const portMatch = /^(\d{1,5})(?:\/\d{1,5})?$/.exec(portText);
  const port = portMatch === null ? Number.NaN : Number(portMatch[1]);
  if (!(port <= 65_535)) return 'the port is not 0–65535';
  if (!/^[\w./+-]{1,64}$/.test(protocol)) return 'malformed protocol';
  const unique = [...new Set(formats)];
  if (unique.length > MAX_FORMATS) return `more than ${MAX_FORMATS} formats`;
  if (unique.some((format) => format.length > 64)) return 'a format is too long';
  return { ...newPart(), media: media.toLowerCase(), port, protocol, formats: unique };
}

/** `IN IP4 <address>[/<ttl>[/<count>]]` or `IN IP6 <address>[/<count>]`. */
function parseConnection(value: string): SdpConnection | undefined {
  const fields = value.split(/[ \t]+/);
  if (fields.length !== 3 || fields[0]!.toUpperCase() !== 'IN') return undefined;
  const addressType = parseAddressType(fields[1]!);
  const address = fields[2]!.split('/', 1)[0]!;
  if (addressType === undefined || !isAddressOrName(addressType, address)) return undefined;
  return { addressType, address };
}

/** `<username> <sess-id> <sess-version> IN <addrtype> <unicast-address>`; spaces in the user name are a known bug of some phones. */
function parseOrigin(value: string): SdpOrigin | undefined {
  const fields = value.split(/[ \t]+/);
  if (fields.length < 6) return undefined;
  const [sessionId, sessionVersion, networkType, addressTypeText, address] = fields.slice(-5) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const addressType = parseAddressType(addressTypeText);
  if (networkType.toUpperCase() !== 'IN' || addressType === undefined || address.length > 255) return undefined;
  const username = fields.slice(0, -5).join('-');
  return { username: username === '' ? '-' : username, sessionId, sessionVersion, addressType, address };
}

function parseAddressType(text: string): 'IP4' | 'IP6' | undefined {
  const upper = text.toUpperCase();
  return upper === 'IP4' || upper === 'IP6' ? upper : undefined;
}

/** An address of the type, or a host name (RFC 8866 §5.7); four numbers that are no IPv4 address are neither. */
function isAddressOrName(addressType: 'IP4' | 'IP6', address: string): boolean {
  if (address.length === 0 || address.length > 255) return false;
  if (address.includes(':')) return addressType === 'IP6' && /^[0-9a-f:]{2,39}(?:[\d.]{7,15})?$/i.test(address);
  if (/^[\d.]+$/.test(address)) return addressType === 'IP4' && isIPv4(address);
  return /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\.?$/i.test(address);
}

function isIPv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}

function addBandwidth(part: Part, value: string): void {
  const match = /^([\w-]{1,32}):(\d{1,10})$/.exec(value);
  if (match !== null) part.bandwidths.push({ type: match[1]!, value: Number(match[2]) });
}

function addAttribute(part: Part, value: string): void {
  const colon = value.indexOf(':');
  const name = colon === -1 ? value : value.slice(0, colon);
  if (!/^[!#$%&'*+\-.\w^`{|}~]{1,64}$/.test(name)) return;
  part.attributes.push({ name, value: colon === -1 ? undefined : value.slice(colon + 1) });
}
