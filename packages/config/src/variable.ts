/** Readers for one environment variable: text in, typed value out, or the issue "what is allowed". */
import { isIP } from 'node:net';
import { z } from 'zod';

/** A zod type that trims a text and reads it; `read` returns undefined when it is not `allowed`. */
function variable<Value>(allowed: string, read: (text: string) => Value | undefined) {
  return z.string().transform((text, context): Value => {
    const value = read(text.trim());
    if (value === undefined) {
      context.addIssue({ code: 'custom', message: allowed });
      return z.NEVER;
    }
    return value;
  });
}

function readInteger(text: string, min: number, max: number): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

export function integer(min: number, max: number, meaning = 'a whole number') {
  return variable(`${meaning} from ${min} to ${max}`, (text) => readInteger(text, min, max));
}

/** A port to listen on; 0 lets the system choose one. */
export function port() {
  return integer(0, 65_535, 'a port number');
}

/** One port or several, separated by commas; each only once. */
export function portList() {
  return variable('a port number from 0 to 65535, or several separated by commas', (text) => {
    const ports = text.split(',').map((part) => readInteger(part.trim(), 0, 65_535));
    const chosen = ports.filter((value) => value !== undefined);
    if (chosen.length !== ports.length) return undefined;
    const fixed = chosen.filter((value) => value !== 0);
    return new Set(fixed).size === fixed.length ? chosen : undefined;
  });
}

export function boolean() {
  return variable('true or false', (text) => {
    if (/^(true|1|yes|on)$/i.test(text)) return true;
    if (/^(false|0|no|off)$/i.test(text)) return false;
    return undefined;
  });
}

export function oneOf<const Choice extends string>(choices: readonly Choice[]) {
  return variable(`one of ${choices.join(', ')}`, (text) => choices.find((choice) => choice === text.toLowerCase()));
}

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** A DNS name in lower case, without the final dot. */
export function domain() {
  return variable('a DNS name such as pbx.example.com', (text) => {
    const name = text.toLowerCase().replace(/\.$/, '');
    return HOST_NAME.test(name) && isIP(name) === 0 ? name : undefined;
  });
}

/** An address to listen on: IPv4, IPv6 or a host name. */
export function listenHost() {
  return variable('an IPv4 or IPv6 address or a host name', (text) => {
    const host = text.toLowerCase();
    if (isIP(host) !== 0) return host;
    // Digits and dots alone are an address that was mistyped.
    return HOST_NAME.test(host) && !/^[\d.]+$/.test(host) ? host : undefined;
  });
}

export function ipAddress() {
  return variable('an IPv4 or IPv6 address', (text) => (isIP(text) !== 0 ? text.toLowerCase() : undefined));
}

export function url(schemes: readonly string[]) {
  const allowed = `an address that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
  return variable(allowed, (text) => {
    const parsed = URL.parse(text);
    return parsed !== null && schemes.includes(parsed.protocol.slice(0, -1)) ? text : undefined;
  });
}

export function text(minLength = 1) {
  const allowed = minLength === 1 ? 'a text' : `a text of at least ${minLength} characters`;
  return variable(allowed, (value) => (value.length >= minLength ? value : undefined));
}

/** `bytes` random bytes in base64 or base64url. */
export function base64Key(bytes: number) {
  return variable(`${bytes} bytes in base64`, (value) => {
    if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(value)) return undefined;
    return Buffer.from(value, 'base64').length === bytes ? value : undefined;
  });
}

/** A short name for one process, usable in keys and labels. */
export function processName() {
  return variable('1 to 64 of the characters A-Z a-z 0-9 . _ -', (value) =>
    /^[A-Za-z0-9._-]{1,64}$/.test(value) ? value : undefined,
  );
}
