import { describe, expect, it } from 'vitest';
import { SipRequest, SipResponse } from '../message/index.ts';
import type { Flow } from '../transport/index.ts';
import { Dialog } from './dialog.ts';

const flow: Flow = {
  id: 'test',
  protocol: 'UDP',
  reliable: false,
  localAddress: '192.0.2.1',
  localPort: 5060,
  remoteAddress: '192.0.2.9',
  remotePort: 5060,
  open: true,
  send: () => true,
  responseFlow: () => flow,
  keepOpen: () => {},
  close: () => {},
};

function invite(recordRoutes: readonly string[] = []): SipRequest {
  return SipRequest.create({
    method: 'INVITE',
    uri: 'sip:101@acme.test',
    headers: [
      ['Via', 'SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1'],
      ...recordRoutes.map((value): [string, string] => ['Record-Route', value]),
      ['From', '"Alice" <sip:100@acme.test>;tag=alice'],
      ['To', '<sip:101@acme.test>'],
      ['Call-ID', 'call-1'],
      ['CSeq', '7 INVITE'],
      ['Contact', '<sip:100@192.0.2.9:5062>'],
    ],
  });
}

describe('Dialog', () => {
  it('is made of a received INVITE as RFC 3261 §12.1.1 says', () => {
    const dialog = Dialog.fromServer(invite(['<sip:p1.test;lr>', '<sip:p2.test;lr>']), 'ours', flow);
    const bye = dialog.createRequest('BYE');
    expect(bye.uri).toBe('sip:100@192.0.2.9:5062');
    expect(bye.headers.getAll('Route')).toEqual(['<sip:p1.test;lr>', '<sip:p2.test;lr>']);
    expect(bye.fromTag).toBe('ours');
    expect(bye.toTag).toBe('alice');
    expect(bye.callId).toBe('call-1');
    expect(bye.cseq).toEqual({ sequence: 1, method: 'BYE' });
  });

  it('is made of a response to our INVITE with the route set reversed (RFC 3261 §12.1.2)', () => {
    const request = invite();
    const response = SipResponse.create(request, 200, {
      toTag: 'bob',
      headers: [
        ['Record-Route', '<sip:near-bob.test;lr>, <sip:near-us.test;lr>'],
        ['Contact', '<sip:bob@192.0.2.20>'],
      ],
    });
    const dialog = Dialog.fromClient(request, response, flow);
    const bye = dialog.createRequest('BYE');
    expect(bye.headers.getAll('Route')).toEqual(['<sip:near-us.test;lr>', '<sip:near-bob.test;lr>']);
    expect(bye.uri).toBe('sip:bob@192.0.2.20');
    expect(bye.cseq.sequence).toBe(8);
    expect(dialog.createAck(7).cseq).toEqual({ sequence: 7, method: 'ACK' });
  });

  it('puts a strict router into the Request-URI and the target last (RFC 3261 §12.2.1.1)', () => {
    const dialog = Dialog.fromServer(invite(['<sip:strict.test>', '<sip:p2.test;lr>']), 'ours', flow);
    const bye = dialog.createRequest('BYE');
    expect(bye.uri).toBe('sip:strict.test');
    expect(bye.headers.getAll('Route')).toEqual(['<sip:p2.test;lr>', '<sip:100@192.0.2.9:5062>']);
  });

  it('tells a request that is out of order, and keeps the flow of one that is not', () => {
    const dialog = Dialog.fromServer(invite(), 'ours', flow);
    const elsewhere: Flow = { ...flow, id: 'elsewhere' };
    const request = (sequence: number): SipRequest =>
      SipRequest.create({ method: 'INFO', uri: 'sip:us', headers: [['CSeq', `${sequence} INFO`]] });
    expect(dialog.receive(request(6), elsewhere)).toBe('out-of-order');
    expect(dialog.flow.id).toBe('test');
    expect(dialog.receive(request(8), elsewhere)).toBe('in-order');
    expect(dialog.flow.id).toBe('elsewhere');
  });
});
