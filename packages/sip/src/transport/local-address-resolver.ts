import { BlockList, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Clock } from '@manyline/kernel';
import { defaultRouteInterface } from './default-route-interface.ts';

/** An address of this machine with its subnet, as `2001:db8::1/64`. */
export interface InterfaceAddress {
  readonly interfaceName: string;
  readonly address: string;
  readonly cidr: string | null;
  readonly internal: boolean;
}

export interface LocalAddressResolverOptions {
  readonly clock: Clock;
  /** Given out to every peer of its address family when set (`PUBLIC_ADDRESS`). */
  readonly publicAddress?: string | undefined;
  readonly interfaceAddresses?: () => readonly InterfaceAddress[];
  readonly defaultRouteInterface?: () => string | undefined;
}

interface KnownAddress extends InterfaceAddress {
  readonly family: 'ipv4' | 'ipv6';
  readonly subnet: BlockList;
}

const REFRESH_MS = 30_000;

/**
 * Tells at which of our addresses a peer reaches us: the public address when one is set, loopback for a loopback peer,
 * an address in the peer's subnet, else that of the interface with the default route. The machine's addresses are read
 * again every 30 s.
 */
export class LocalAddressResolver {
  readonly #options: LocalAddressResolverOptions;
  #known: KnownAddress[] = [];
  #fallbackInterface: string | undefined;
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: LocalAddressResolverOptions) {
    this.#options = options;
  }

  /** `boundAddress` is the one address on which the socket listens or its connection stands; undefined for all of them. */
  resolve(remoteAddress: string, boundAddress?: string): string {
    const family = familyOf(remoteAddress);
    const publicAddress = this.#options.publicAddress;
    if (publicAddress !== undefined && familyOf(publicAddress) === family) return publicAddress;
    if (boundAddress !== undefined) return boundAddress;
    if (isLoopback(remoteAddress)) return family === 'ipv6' ? '::1' : '127.0.0.1';
    this.#refresh();
    const candidates = this.#known.filter((known) => known.family === family && !known.internal);
    const chosen =
      candidates.find((known) => known.subnet.check(remoteAddress, family)) ??
      candidates.find((known) => known.interfaceName === this.#fallbackInterface) ??
      candidates[0];
    return chosen?.address ?? (family === 'ipv6' ? '::1' : '127.0.0.1');
  }

  #refresh(): void {
    const now = this.#options.clock.now();
    if (Math.abs(now - this.#readAtMs) < REFRESH_MS) return;
    this.#readAtMs = now;
    this.#known = (this.#options.interfaceAddresses ?? readInterfaceAddresses)().map(withSubnet);
    this.#fallbackInterface = (this.#options.defaultRouteInterface ?? defaultRouteInterface)();
  }
}

function withSubnet(address: InterfaceAddress): KnownAddress {
  const family = familyOf(address.address);
  const subnet = new BlockList();
  const prefix = Number(address.cidr?.split('/')[1] ?? (family === 'ipv6' ? 128 : 32));
  subnet.addSubnet(address.address, prefix, family);
  return { ...address, family, subnet };
}

function readInterfaceAddresses(): InterfaceAddress[] {
  const found: InterfaceAddress[] = [];
  for (const [interfaceName, addresses] of Object.entries(networkInterfaces())) {
    for (const { address, cidr, internal, scopeid } of addresses ?? []) {
      // A link-local IPv6 address means nothing without its zone, which SIP cannot carry.
      if (scopeid === undefined || scopeid === 0) found.push({ interfaceName, address, cidr, internal });
    }
  }
  return found;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
