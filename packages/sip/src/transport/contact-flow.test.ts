import { memoryLink } from '@manyline/testkit';
import { describe, expect, it } from 'vitest';
import { contactFlow } from './contact-flow.ts';
import type { Flow } from './flow.ts';

const [ours] = memoryLink('192.0.2.1', '192.0.2.9');
const [elsewhere] = memoryLink('192.0.2.1', '192.0.2.99');

function follow(contact: string, flow: Flow = ours): string {
  let asked = 'the same flow';
  const chosen = contactFlow(flow, contact, ({ protocol, address, port }) => {
    asked = `${protocol} ${address}:${port}`;
    return elsewhere;
  });
  expect(chosen).toBe(asked === 'the same flow' ? flow : elsewhere);
  return asked;
}

describe('contactFlow', () => {
  it('takes the port of a Contact at the address that the peer sends from', () => {
    expect(follow('sip:100@192.0.2.9:5099')).toBe('UDP 192.0.2.9:5099');
    expect(follow('sip:100@192.0.2.9')).toBe('the same flow');
  });

  it('does not follow a Contact behind NAT, a name, or what is no SIP URI', () => {
    for (const contact of ['sip:100@10.0.0.5:5099', 'sip:100@phone.example:5099', 'tel:100', '']) {
      expect(follow(contact)).toBe('the same flow');
    }
  });

  it('stays on a connection', () => {
    const [connection] = memoryLink('192.0.2.1', '192.0.2.9', 'TCP');
    expect(follow('sip:100@192.0.2.9:5099', connection)).toBe('the same flow');
  });
});
