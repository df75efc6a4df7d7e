import { describe, expect, it } from 'vitest';
import { sampleRequest } from '../testing/sample-messages.ts';
import { responsePort } from './response-destination.ts';
import { stampReceived } from './via-received.ts';

/** The top Via as the server sees it after the request came from 203.0.113.7:4321, and the port of the response. */
function arrival(sentBy: string) {
  const request = sampleRequest({ sentBy });
  stampReceived(request, '203.0.113.7', 4321);
  const { topVia } = request;
  return {
    received: topVia.received,
    rport: topVia.rport,
    port: responsePort(topVia, 4321),
    vias: request.vias.length,
  };
}

describe('stampReceived and responsePort', () => {
  it.each([
    ['203.0.113.7:5070', undefined, undefined, 5070],
    ['203.0.113.7', undefined, undefined, 5060],
    ['10.0.0.5:5070', '203.0.113.7', undefined, 5070],
    ['phone.example.com', '203.0.113.7', undefined, 5060],
    ['203.0.113.7:5070;rport', '203.0.113.7', 4321, 4321],
    ['10.0.0.5:5070;rport', '203.0.113.7', 4321, 4321],
    ['10.0.0.5:5070;rport=9', '203.0.113.7', 4321, 4321],
    ['10.0.0.5:5070;rport=99999', '203.0.113.7', 4321, 4321],
    ['10.0.0.5:5070;received=198.51.100.66', '203.0.113.7', undefined, 5070],
    ['203.0.113.7:5070;received=198.51.100.66', '203.0.113.7', undefined, 5070],
    ['10.0.0.5:5070;maddr=198.51.100.66', '203.0.113.7', undefined, 5070],
  ])('of Via %s gives received %s, rport %s and port %d', (sentBy, received, rport, port) => {
    expect(arrival(sentBy)).toEqual({ received, rport, port, vias: 1 });
  });

  it('keeps the other parameters and the Vias below', () => {
    const request = sampleRequest({
      sentBy: '10.0.0.5:5070;rport;x="a;rport"',
      headers: ['Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKbelow'],
    });
    stampReceived(request, '203.0.113.7', 4321);
    expect(request.topVia.branch).toBe('z9hG4bKsample');
    expect(request.topVia.params.get('x')).toBe('a;rport');
    expect(request.vias[1]!.raw).toBe('SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKbelow');
  });

  it('knows an IPv6 sent-by with its brackets', () => {
    const request = sampleRequest({ sentBy: '[2001:db8::9]:5070' });
    stampReceived(request, '2001:db8::9', 4321);
    expect(request.topVia.received).toBeUndefined();
    stampReceived(request, '2001:db8::a', 4321);
    expect(request.topVia.received).toBe('2001:db8::a');
  });
});
