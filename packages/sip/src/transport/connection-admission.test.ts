import { describe, expect, it } from 'vitest';
import { type AdmittedPlace, ConnectionAdmission } from './connection-admission.ts';
import { defaultTransportLimits } from './transport-limits.ts';

function admission() {
  return new ConnectionAdmission({
    ...defaultTransportLimits,
    maxConnections: 6,
    maxUnprovenConnections: 4,
    maxUnprovenPerAddress: 2,
  });
}

function place(from: ConnectionAdmission, address: string): AdmittedPlace {
  const admitted = from.admit(address);
  if (typeof admitted === 'string') throw new Error(admitted);
  return admitted;
}

describe('ConnectionAdmission', () => {
  it('limits one address, and gives its places back', () => {
    const connections = admission();
    place(connections, 'a');
    const second = place(connections, 'a');
    expect(connections.admit('a')).toBe('connection-limit-address');
    place(connections, 'b');
    second.release();
    second.release();
    place(connections, 'a');
    expect(connections.admit('a')).toBe('connection-limit-address');
    expect(connections.total).toBe(3);
  });

  it('limits the strangers, and does not count who proved himself', () => {
    const connections = admission();
    const first = place(connections, 'a');
    for (const address of ['b', 'c', 'd']) place(connections, address);
    expect(connections.admit('e')).toBe('connection-limit');
    first.prove();
    first.prove();
    place(connections, 'e');
    expect(connections.admit('f')).toBe('connection-limit');
    first.release();
    expect(connections.admit('f')).toBe('connection-limit');
    expect(connections.total).toBe(4);
  });

  it('limits all connections, those that we open too', () => {
    const connections = admission();
    for (let count = 0; count < 5; count += 1) place(connections, 'a').prove();
    const last = connections.admitOutgoing();
    expect(last).toBeDefined();
    expect(connections.admit('b')).toBe('connection-limit');
    expect(connections.admitOutgoing()).toBeUndefined();
    last?.release();
    place(connections, 'b');
  });
});
