import { FakeClock } from '@manyline/testkit';
import { describe, expect, it } from 'vitest';
import { interfaceOfDefaultRoute } from './default-route-interface.ts';
import { type InterfaceAddress, LocalAddressResolver } from './local-address-resolver.ts';

const addresses: InterfaceAddress[] = [
  { interfaceName: 'lo', address: '127.0.0.1', cidr: '127.0.0.1/8', internal: true },
  { interfaceName: 'docker0', address: '172.17.0.1', cidr: '172.17.0.1/16', internal: false },
  { interfaceName: 'eth0', address: '192.0.2.10', cidr: '192.0.2.10/24', internal: false },
  { interfaceName: 'eth0', address: '2001:db8::10', cidr: '2001:db8::10/64', internal: false },
];

function resolver(publicAddress?: string, interfaceAddresses: () => InterfaceAddress[] = () => addresses) {
  const clock = new FakeClock();
  const made = new LocalAddressResolver({
    clock,
    publicAddress,
    interfaceAddresses,
    defaultRouteInterface: () => 'eth0',
  });
  return { clock, made };
}

describe('LocalAddressResolver', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['127.0.0.66', '127.0.0.1'],
    ['::1', '::1'],
    ['172.17.0.5', '172.17.0.1'],
    ['192.0.2.77', '192.0.2.10'],
    ['198.51.100.1', '192.0.2.10'],
    ['2001:db8::77', '2001:db8::10'],
    ['2001:db8:1::1', '2001:db8::10'],
  ])('tells %s to reach us at %s', (peer, expected) => {
    expect(resolver().made.resolve(peer)).toBe(expected);
  });

  it('tells everyone of its family the public address, and the others ours', () => {
    const { made } = resolver('203.0.113.1');
    expect(made.resolve('192.0.2.77')).toBe('203.0.113.1');
    expect(made.resolve('127.0.0.1')).toBe('203.0.113.1');
    expect(made.resolve('192.0.2.77', '192.0.2.10')).toBe('203.0.113.1');
    expect(made.resolve('2001:db8::77')).toBe('2001:db8::10');
  });

  it('tells the address of a socket that is bound to one', () => {
    expect(resolver().made.resolve('198.51.100.1', '172.17.0.1')).toBe('172.17.0.1');
  });

  it('falls back to any address, then to loopback, when there is no default route or no address', () => {
    const noRoute = new LocalAddressResolver({
      clock: new FakeClock(),
      interfaceAddresses: () => addresses,
      defaultRouteInterface: () => undefined,
    });
    expect(noRoute.resolve('198.51.100.1')).toBe('172.17.0.1');
    expect(resolver(undefined, () => []).made.resolve('198.51.100.1')).toBe('127.0.0.1');
  });

  it('reads the addresses again after 30 s, not before', () => {
    let reads = 0;
    const { clock, made } = resolver(undefined, () => {
      reads += 1;
      return addresses;
    });
    made.resolve('192.0.2.77');
    clock.advance(29_999);
    made.resolve('192.0.2.77');
    expect(reads).toBe(1);
    clock.advance(1);
    made.resolve('192.0.2.77');
    expect(reads).toBe(2);
  });

  it('answers on this machine, too', () => {
    const real = new LocalAddressResolver({ clock: new FakeClock() });
    expect(real.resolve('127.0.0.1')).toBe('127.0.0.1');
    expect(real.resolve('198.51.100.1')).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
  });
});

describe('interfaceOfDefaultRoute', () => {
  const header = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT';

  it('takes the default route of least metric', () => {
    const table = [
      header,
      'wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0',
      'eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0',
      'eth1\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
      '',
    ].join('\n');
    expect(interfaceOfDefaultRoute(table)).toBe('eth0');
  });

  it('finds none in a table without one', () => {
    expect(
      interfaceOfDefaultRoute(`${header}\neth1\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n`),
    ).toBeUndefined();
    expect(interfaceOfDefaultRoute('')).toBeUndefined();
  });
});
