import { describe, expect, it } from 'vitest';
import { outgoingRequest } from '../testing/sample-messages.ts';
import { RecordingListener, sendingTimes, TransactionBench } from '../testing/transaction-bench.ts';
import type { TransportProtocol } from '../transport/index.ts';

function calling(protocol: TransportProtocol = 'UDP', headers: [string, string][] = []) {
  const bench = new TransactionBench(protocol);
  const listener = new RecordingListener();
  const transaction = bench.layer.sendRequest(outgoingRequest('INVITE', headers), bench.flow, listener);
  return { bench, listener, transaction, invite: bench.flow.lastRequest };
}

describe('INVITE client transaction in Calling', () => {
  it('sends the INVITE with one Via: our address, a new branch, rport', () => {
    const { invite } = calling();
    expect(invite.vias).toHaveLength(1);
    expect(invite.topVia.raw).toMatch(/^SIP\/2\.0\/UDP 192\.0\.2\.1:5060;branch=z9hG4bK[0-9a-f]{24};rport$/);
  });

  it('retransmits by timer A at 0.5, 1.5, 3.5, 7.5, 15.5, 31.5 s and gives up by timer B at 32 s', () => {
    const { bench, listener, transaction } = calling();
    expect(sendingTimes(bench, 31_900)).toEqual([500, 1500, 3500, 7500, 15_500, 31_500]);
    expect(listener.heard).toEqual([]);
    bench.clock.advance(100);
    expect(listener.heard).toEqual(['timeout']);
    expect(transaction.state).toBe('Terminated');
    expect(bench.layer.size).toBe(0);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('does not retransmit over a reliable transport, and still gives up at 32 s', () => {
    const { bench, listener } = calling('TCP');
    expect(sendingTimes(bench, 31_900)).toEqual([]);
    bench.clock.advance(100);
    expect(listener.heard).toEqual(['timeout']);
  });

  it('reports a transport error after the caller has got the transaction', () => {
    const bench = new TransactionBench();
    bench.flow.open = false;
    const listener = new RecordingListener();
    const transaction = bench.layer.sendRequest(outgoingRequest('INVITE'), bench.flow, listener);
    expect(listener.heard).toEqual([]);
    bench.clock.advance(0);
    expect(listener.heard).toEqual(['transport error']);
    expect(transaction.state).toBe('Terminated');
    expect(bench.layer.size).toBe(0);
  });

  it('reports a transport error when its retransmission cannot be sent', () => {
    const { bench, listener } = calling();
    bench.flow.open = false;
    bench.clock.advance(500);
    expect(listener.heard).toEqual(['transport error']);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('reports a transport error when its connection closes', () => {
    const { bench, listener } = calling('TCP');
    bench.layer.flowClosed(bench.flow);
    bench.layer.flowClosed(bench.flow);
    expect(listener.heard).toEqual(['transport error']);
  });
});

describe('INVITE client transaction in Proceeding', () => {
  it('passes provisional responses up and waits without end', () => {
    const { bench, listener, transaction, invite } = calling();
    bench.answer(invite, 100);
    bench.answer(invite, 180);
    expect(transaction.state).toBe('Proceeding');
    expect(sendingTimes(bench, 200_000, 1000)).toEqual([]);
    expect(listener.heard).toEqual([100, 180]);
  });

  it('reports a transport error when its connection closes', () => {
    const { bench, listener, invite } = calling('TCP');
    bench.answer(invite, 180);
    bench.layer.flowClosed(bench.flow);
    expect(listener.heard).toEqual([180, 'transport error']);
  });
});

describe('INVITE client transaction in Completed', () => {
  it('acknowledges 300–699 with the same Via, route and CSeq number, and the To of the response', () => {
    const { bench, listener, invite } = calling('UDP', [
      ['Route', '<sip:a.example.com;lr>'],
      ['Route', '<sip:b.example.com;lr>'],
    ]);
    bench.answer(invite, 486);
    const ack = bench.flow.lastRequest;
    expect(listener.heard).toEqual([486]);
    expect(ack.method).toBe('ACK');
    expect(ack.uri).toBe(invite.uri);
    expect(ack.vias.map((via) => via.raw)).toEqual([invite.topVia.raw]);
    expect(ack.headers.getAll('Route')).toEqual(['<sip:a.example.com;lr>', '<sip:b.example.com;lr>']);
    expect(ack.toTag).toBe('bob1');
    expect(ack.fromTag).toBe('alice1');
    expect(ack.callId).toBe(invite.callId);
    expect(ack.cseq).toEqual({ sequence: 1, method: 'ACK' });
  });

  it('acknowledges every repetition, passes none of them up, and ends by timer D after 32 s', () => {
    const { bench, listener, transaction, invite } = calling();
    bench.answer(invite, 486);
    bench.answer(invite, 486);
    bench.clock.advance(31_000);
    bench.answer(invite, 486);
    expect(bench.flow.sentKinds).toEqual(['INVITE', 'ACK', 'ACK', 'ACK']);
    expect(listener.heard).toEqual([486]);
    expect(transaction.state).toBe('Completed');
    bench.clock.advance(3000);
    expect(transaction.state).toBe('Terminated');
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('ends at once over a reliable transport', () => {
    const { bench, transaction, invite } = calling('TLS');
    bench.answer(invite, 603);
    expect(bench.flow.sentKinds).toEqual(['INVITE', 'ACK']);
    expect(transaction.state).toBe('Terminated');
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('drops a 2xx that comes after a final 300–699', () => {
    const { bench, listener, invite } = calling();
    bench.answer(invite, 486);
    bench.answer(invite, 200);
    expect(listener.heard).toEqual([486]);
  });
});

describe('INVITE client transaction in Accepted', () => {
  it('passes each 2xx up for 64*T1, those of other forks too, and sends no ACK', () => {
    const { bench, listener, transaction, invite } = calling();
    bench.answer(invite, 200, 'fork1');
    bench.answer(invite, 200, 'fork2');
    bench.clock.advance(31_000);
    bench.answer(invite, 200, 'fork1');
    expect(transaction.state).toBe('Accepted');
    expect(listener.heard).toEqual([200, 200, 200]);
    expect(bench.flow.sentKinds).toEqual(['INVITE']);
    bench.clock.advance(3000);
    expect(transaction.state).toBe('Terminated');
    bench.answer(invite, 200, 'fork1');
    expect(bench.strayResponses).toHaveLength(1);
  });

  it('stays 64*T1 over a reliable transport, too', () => {
    const { bench, transaction, invite } = calling('TCP');
    bench.answer(invite, 200);
    bench.clock.advance(31_000);
    expect(transaction.state).toBe('Accepted');
  });

  it('is not disturbed by other responses or the end of its connection', () => {
    const { bench, listener, transaction, invite } = calling('TCP');
    bench.answer(invite, 200);
    bench.answer(invite, 180);
    bench.answer(invite, 486);
    bench.layer.flowClosed(bench.flow);
    expect(listener.heard).toEqual([200]);
    expect(transaction.state).toBe('Accepted');
  });
});

describe('CANCEL of an INVITE that we sent', () => {
  it('goes out at once after a provisional response, on the same branch and route', () => {
    const { bench, transaction, invite } = calling('UDP', [['Route', '<sip:a.example.com;lr>']]);
    bench.answer(invite, 180);
    transaction.cancel();
    const cancel = bench.flow.lastRequest;
    expect(cancel.method).toBe('CANCEL');
    expect(cancel.uri).toBe(invite.uri);
    expect(cancel.vias.map((via) => via.raw)).toEqual([invite.topVia.raw]);
    expect(cancel.headers.getAll('Route')).toEqual(['<sip:a.example.com;lr>']);
    expect(cancel.toTag).toBe('');
    expect(cancel.cseq).toEqual({ sequence: 1, method: 'CANCEL' });
  });

  it('waits for the first provisional response', () => {
    const { bench, transaction, invite } = calling();
    transaction.cancel();
    expect(bench.flow.sentKinds).toEqual(['INVITE']);
    bench.answer(invite, 100);
    expect(bench.flow.sentKinds).toEqual(['INVITE', 'CANCEL']);
  });

  it('is sent once, however often it is asked for', () => {
    const { bench, transaction, invite } = calling();
    transaction.cancel();
    bench.answer(invite, 100);
    transaction.cancel();
    bench.answer(invite, 180);
    expect(bench.flow.sentKinds).toEqual(['INVITE', 'CANCEL']);
  });

  it('is not sent when the final response comes first', () => {
    const { bench, transaction, invite, listener } = calling();
    transaction.cancel();
    bench.answer(invite, 200);
    transaction.cancel();
    expect(bench.flow.sentKinds).toEqual(['INVITE']);
    expect(listener.heard).toEqual([200]);
  });

  it('lets the INVITE end with 487, and its own 200 is heard by nobody', () => {
    const { bench, transaction, invite, listener } = calling();
    bench.answer(invite, 180);
    transaction.cancel();
    const cancel = bench.flow.lastRequest;
    bench.answer(cancel, 200);
    bench.answer(invite, 487);
    expect(listener.heard).toEqual([180, 487]);
    expect(bench.flow.sentKinds).toEqual(['INVITE', 'CANCEL', 'ACK']);
    expect(bench.strayResponses).toEqual([]);
  });

  it('still passes up a 2xx that crossed it', () => {
    const { bench, transaction, invite, listener } = calling();
    bench.answer(invite, 180);
    transaction.cancel();
    bench.answer(invite, 200);
    expect(listener.heard).toEqual([180, 200]);
    bench.clock.advance(40_000);
    expect(listener.heard).toEqual([180, 200]);
  });

  it('is retransmitted like any non-INVITE request, and the INVITE is given up 64*T1 later', () => {
    const { bench, transaction, invite, listener } = calling();
    bench.answer(invite, 180);
    transaction.cancel();
    expect(sendingTimes(bench, 8000)).toEqual([500, 1500, 3500, 7500]);
    bench.clock.advance(24_000);
    expect(listener.heard).toEqual([180, 'timeout']);
    expect(transaction.state).toBe('Terminated');
    expect(bench.layer.size).toBe(0);
    expect(bench.clock.pendingTimers).toBe(0);
  });
});

describe('a user that throws', () => {
  it('does not stop the INVITE client transaction', () => {
    const bench = new TransactionBench();
    const fail = (): never => {
      throw new Error('user failure');
    };
    const listener = { onResponse: fail, onTimeout: fail, onTransportError: fail };
    const transaction = bench.layer.sendRequest(outgoingRequest('INVITE'), bench.flow, listener);
    bench.answer(bench.flow.lastRequest, 486);
    expect(bench.flow.sentKinds).toEqual(['INVITE', 'ACK']);
    expect(transaction.state).toBe('Completed');
    expect(bench.discards).toEqual(['user-failed']);
  });
});
