import type { Endpoint } from '../endpoint.ts';
import { canonicalAddress } from '../ip-address.ts';

/** struct sockaddr_in and sockaddr_in6 of Linux (ip(7), ipv6(7)) as 32-bit words in memory order. */

const AF_INET = 2;
const AF_INET6 = 10;
/** sizeof(struct sockaddr_in6); sockaddr_in takes 16 of it. */
export const SOCKET_ADDRESS_BYTES = 28;

/** One socket address, as bytes to write it and as words to compare and copy it. */
export interface SocketAddress {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
}

export function newSocketAddress(): SocketAddress {
  const words = new Uint32Array(SOCKET_ADDRESS_BYTES / 4);
  return { words, bytes: new Uint8Array(words.buffer) };
}

export function socketAddressLength(ipv6: boolean): number {
  return ipv6 ? SOCKET_ADDRESS_BYTES : 16;
}

/** Writes `endpoint` for a socket of the given family; IPv4 is mapped on an IPv6 socket. False when it does not fit. */
export function writeSocketAddress(into: Uint8Array, endpoint: Endpoint, ipv6: boolean): boolean {
  into.fill(0, 0, SOCKET_ADDRESS_BYTES);
  into[0] = ipv6 ? AF_INET6 : AF_INET;
  into[2] = endpoint.port >> 8;
  into[3] = endpoint.port & 255;
  const isIPv4 = !endpoint.address.includes(':');
  if (!ipv6) {
    if (isIPv4) writeIPv4(into, 4, endpoint.address);
    return isIPv4;
  }
  if (isIPv4) {
    into.fill(0xff, 18, 20);
    writeIPv4(into, 20, endpoint.address);
  } else writeIPv6(into, 8, endpoint.address);
  return true;
}

export function readSocketAddress(bytes: Uint8Array): Endpoint {
  const port = (bytes[2]! << 8) | bytes[3]!;
  if (bytes[0] === AF_INET) return { address: `${bytes[4]}.${bytes[5]}.${bytes[6]}.${bytes[7]}`, port };
  const groups: string[] = [];
  for (let index = 8; index < 24; index += 2) groups.push(((bytes[index]! << 8) | bytes[index + 1]!).toString(16));
  const text = groups.join(':');
  return { address: canonicalAddress(text) ?? text, port };
}

function writeIPv4(into: Uint8Array, offset: number, address: string): void {
  const parts = address.split('.');
  for (let index = 0; index < 4; index++) into[offset + index] = Number(parts[index]);
}

/** `address` is canonical: RFC 5952, without a dotted part. */
function writeIPv6(into: Uint8Array, offset: number, address: string): void {
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  left.forEach((group, index) => {
    writeGroup(into, offset + index * 2, group);
  });
  right.forEach((group, index) => {
    writeGroup(into, offset + (8 - right.length + index) * 2, group);
  });
}

function writeGroup(into: Uint8Array, offset: number, group: string): void {
  const value = Number.parseInt(group, 16);
  into[offset] = value >> 8;
  into[offset + 1] = value & 255;
}
