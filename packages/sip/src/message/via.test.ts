import { describe, expect, it } from 'vitest';
import { parseVia } from './via.ts';

function via(text: string) {
  const parsed = parseVia(text);
  if (!parsed.ok) throw new Error(parsed.error.rule);
  return parsed.value;
}

describe('parseVia', () => {
  it('reads every part', () => {
    const value = via(
      'SIP/2.0/UDP Phone.example.com:5070;branch=z9hG4bK1;received=192.0.2.1;rport=4000;maddr=224.2.0.1',
    );
    expect(value).toMatchObject({ protocol: 'UDP', host: 'phone.example.com', port: 5070, branch: 'z9hG4bK1' });
    expect(value).toMatchObject({ received: '192.0.2.1', rport: 4000, maddr: '224.2.0.1' });
  });

  it('reads IPv6, with received in brackets or not (RFC 5118 §4.5)', () => {
    expect(via('SIP/2.0/UDP [2001:DB8::9:1];received=2001:db8::9:255;branch=b')).toMatchObject({
      host: '[2001:db8::9:1]',
      port: undefined,
      received: '2001:db8::9:255',
    });
    expect(via('SIP/2.0/TLS [2001:db8::9:1]:5061;received=[2001:db8::9:255]').received).toBe('[2001:db8::9:255]');
  });

  it('allows white space around slashes, colon and parameters', () => {
    expect(via('SIP / 2.0 /\tUDP  192.0.2.2 : 5060 ; branch = 390skdjuw')).toMatchObject({
      protocol: 'UDP',
      host: '192.0.2.2',
      port: 5060,
      branch: '390skdjuw',
    });
  });

  it('tells an empty rport from none, and drops one that is no port', () => {
    expect(via('SIP/2.0/UDP a;rport').rport).toBe('');
    expect(via('SIP/2.0/UDP a').rport).toBeUndefined();
    expect(via('SIP/2.0/UDP a;rport=0x10').rport).toBeUndefined();
    expect(via('SIP/2.0/UDP a;rport=70000').rport).toBeUndefined();
  });

  it.each([
    ['', 'via-sent-protocol'],
    ['SIP/2.0', 'via-sent-protocol'],
    ['SIP/2.0/', 'via-sent-protocol'],
    ['SIP/2.0/UDP', 'via-sent-by'],
    ['SIP/2.0/UDP ', 'via-sent-by'],
    ['SIP/2.0/UDP;branch=x', 'via-sent-by'],
    ['SIP/2.0/UDP [2001:db8::1', 'via-sent-by'],
    ['SIP/2.0/UDP [::x]', 'via-sent-by'],
    ['SIP/2.0/UDP a:0', 'via-port'],
    ['SIP/2.0/UDP a:', 'via-port'],
    ['SIP/2.0/UDP a:65536', 'via-port'],
    ['SIP/2.0/UDP a:123456', 'via-port'],
    ['SIP/2.0/UDP a:5060x', 'parameter-syntax'],
    ['SIP/2.0/UDP a b', 'parameter-syntax'],
    ['SIP/2.0/UDP a;;branch=x', 'parameter-syntax'],
  ])('refuses %s', (text, rule) => {
    const parsed = parseVia(text);
    expect(parsed.ok ? 'accepted' : parsed.error.rule).toBe(rule);
  });
});

describe('Via.withSource', () => {
  it('fills in rport only where the client asked for it (RFC 3581 §4)', () => {
    expect(via('SIP/2.0/UDP 10.0.0.1:5060;rport;branch=b').withSource('192.0.2.1', 4000)).toBe(
      'SIP/2.0/UDP 10.0.0.1:5060;rport=4000;branch=b;received=192.0.2.1',
    );
    expect(via('SIP/2.0/TCP 10.0.0.1;branch=b').withSource('192.0.2.1', 4000)).toBe(
      'SIP/2.0/TCP 10.0.0.1;branch=b;received=192.0.2.1',
    );
  });
});
