/** IP addresses as text: their one canonical form, and which of them media may be sent to. */

/** Dotted decimal, or RFC 5952 for IPv6; IPv4-mapped IPv6 becomes IPv4. Undefined for a name or a malformed address. */
export function canonicalAddress(text: string): string | undefined {
  if (!text.includes(':')) return ipv4Number(text) === undefined ? undefined : text;
  if (!/^[0-9a-f:.]+$/i.test(text)) return undefined;
  const host = URL.parse(`http://[${text}]/`)?.hostname;
  if (host === undefined) return undefined;
  const address = host.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address);
  if (mapped === null) return address;
  const high = Number.parseInt(mapped[1]!, 16);
  const low = Number.parseInt(mapped[2]!, 16);
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

/**
 * Whether media may go to a canonical address. Unspecified, multicast, broadcast and reserved addresses never;
 * loopback, link-local (cloud metadata lives there), private and shared ones only when `allowPrivate`.
 */
export function mayReceiveMedia(address: string, allowPrivate: boolean): boolean {
  const kind = address.includes(':') ? ipv6Kind(address) : ipv4Kind(address);
  return kind === 'public' || (kind === 'private' && allowPrivate);
}

type AddressKind = 'public' | 'private' | 'never';

/** [network, prefix length, kind]; IANA IPv4 special-purpose registry. */
const IPV4_RANGES: readonly (readonly [network: number, mask: number, kind: AddressKind])[] = [
  range('0.0.0.0', 8, 'never'),
  range('10.0.0.0', 8, 'private'),
  range('100.64.0.0', 10, 'private'),
  range('127.0.0.0', 8, 'private'),
  range('169.254.0.0', 16, 'private'),
  range('172.16.0.0', 12, 'private'),
  range('192.168.0.0', 16, 'private'),
  range('198.18.0.0', 15, 'private'),
  range('224.0.0.0', 3, 'never'),
];

function range(network: string, prefixLength: number, kind: AddressKind): readonly [number, number, AddressKind] {
  return [ipv4Number(network) ?? 0, (0xffffffff << (32 - prefixLength)) >>> 0, kind];
}

function ipv4Kind(address: string): AddressKind {
  const value = ipv4Number(address);
  if (value === undefined) return 'never';
  for (const [network, mask, kind] of IPV4_RANGES) {
    if ((value & mask) >>> 0 === network) return kind;
  }
  return 'public';
}

function ipv6Kind(address: string): AddressKind {
  if (address === '::1') return 'private';
  // ::/96 (unspecified, IPv4-compatible), multicast, and NAT64, which would reach any IPv4 address.
  if (address.startsWith('::') || address.startsWith('ff') || address.startsWith('64:ff9b:')) return 'never';
  // fe80::/10 and fc00::/7; a canonical address keeps four digits in a group that begins with f.
  return /^(?:fe[89ab][0-9a-f]|f[cd][0-9a-f]{2}):/.test(address) ? 'private' : 'public';
}

function ipv4Number(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  let value = 0;
  for (let index = 1; index <= 4; index++) {
    const part = match[index]!;
    if (Number(part) > 255 || (part.length > 1 && part[0] === '0')) return undefined;
    value = value * 256 + Number(part);
  }
  return value;
}
