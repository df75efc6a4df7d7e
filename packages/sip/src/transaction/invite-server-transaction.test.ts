import { describe, expect, it } from 'vitest';
import { type SipRequest, SipResponse } from '../message/index.ts';
import { sampleRequest } from '../testing/sample-messages.ts';
import { sendingTimes, TransactionBench } from '../testing/transaction-bench.ts';
import type { TransportProtocol } from '../transport/index.ts';
import type { InviteServerTransaction } from './invite-server-transaction.ts';

function proceeding(protocol: TransportProtocol = 'UDP') {
  const bench = new TransactionBench(protocol);
  const invite = sampleRequest({ protocol });
  const transaction = bench.accept<InviteServerTransaction>(invite);
  const ended: string[] = [];
  transaction.onTimeout = () => ended.push('timeout');
  transaction.onTransportError = () => ended.push('transport error');
  transaction.onTerminated = () => ended.push('terminated');
  const respond = (statusCode: number): SipResponse => {
    const response = SipResponse.create(invite, statusCode, { toTag: 'bob1' });
    transaction.respond(response);
    return response;
  };
  const ack = (branch?: string): SipRequest => sampleRequest({ method: 'ACK', protocol, branch });
  return { bench, invite, transaction, ended, respond, ack };
}

describe('INVITE server transaction in Proceeding', () => {
  it('answers a retransmitted INVITE with the last provisional response, out of sight of the user', () => {
    const { bench, invite, respond } = proceeding();
    bench.receive(invite);
    expect(bench.flow.sent).toEqual([]);
    respond(100);
    respond(180);
    bench.receive(invite);
    expect(bench.flow.sentKinds).toEqual(['100', '180', '180']);
    expect(bench.requests).toHaveLength(1);
  });

  it('does not react to an ACK', () => {
    const { bench, transaction, ack } = proceeding();
    bench.receive(ack());
    expect(transaction.state).toBe('Proceeding');
    expect(bench.requests).toHaveLength(1);
  });

  it('ends with a transport error when a provisional response cannot be sent', () => {
    const { bench, ended, respond } = proceeding();
    bench.flow.open = false;
    respond(180);
    expect(ended).toEqual(['transport error', 'terminated']);
    expect(bench.layer.size).toBe(0);
  });
});

describe('INVITE server transaction in Completed', () => {
  it('repeats the final response by timer G at 0.5, 1.5, 3.5, then each T2, and gives up by timer H at 32 s', () => {
    const { bench, ended, respond } = proceeding();
    respond(486);
    const times = sendingTimes(bench, 31_900);
    expect(times).toEqual([500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
    expect(ended).toEqual([]);
    bench.clock.advance(100);
    expect(ended).toEqual(['timeout', 'terminated']);
    expect(bench.layer.size).toBe(0);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('does not repeat it over a reliable transport, and still gives up by timer H', () => {
    const { bench, ended, respond } = proceeding('TCP');
    respond(486);
    expect(sendingTimes(bench, 31_900)).toEqual([]);
    bench.clock.advance(100);
    expect(ended).toEqual(['timeout', 'terminated']);
  });

  it('sends the same bytes again for a retransmitted INVITE', () => {
    const { bench, invite, respond } = proceeding();
    respond(486);
    bench.receive(invite);
    expect(bench.flow.sent).toHaveLength(2);
    expect(bench.flow.sent[1]).toBe(bench.flow.sent[0]);
  });

  it('ignores what else the user wants to answer', () => {
    const { bench, respond } = proceeding();
    respond(486);
    respond(180);
    respond(200);
    expect(bench.flow.sentKinds).toEqual(['486']);
  });

  it('ends with a transport error when the response cannot be sent', () => {
    const { bench, ended, respond } = proceeding();
    bench.flow.open = false;
    respond(486);
    expect(ended).toEqual(['transport error', 'terminated']);
    expect(bench.clock.pendingTimers).toBe(0);
  });
});

describe('INVITE server transaction in Confirmed', () => {
  it('is entered by the ACK, which is told by onAck and not given to the user; timer I ends it after T4', () => {
    const { bench, invite, transaction, ended, respond, ack } = proceeding();
    const acks: SipRequest[] = [];
    transaction.onAck = (received) => acks.push(received);
    respond(486);
    bench.receive(ack());
    bench.receive(ack());
    bench.receive(invite);
    expect(acks).toHaveLength(1);
    expect(transaction.state).toBe('Confirmed');
    // Timers G and H are gone; the one for timer I is left.
    expect(bench.clock.pendingTimers).toBe(1);
    expect(bench.requests).toHaveLength(1);
    expect(sendingTimes(bench, 4900)).toEqual([]);
    expect(ended).toEqual([]);
    bench.clock.advance(400);
    expect(ended).toEqual(['terminated']);
    expect(bench.layer.size).toBe(0);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('is left at once over a reliable transport', () => {
    const { bench, ended, respond, ack } = proceeding('TLS');
    respond(486);
    bench.receive(ack());
    expect(ended).toEqual(['terminated']);
    expect(bench.clock.pendingTimers).toBe(0);
  });
});

describe('INVITE server transaction in Accepted', () => {
  it('absorbs retransmitted INVITEs and sends no 2xx by itself', () => {
    const { bench, invite, transaction, respond } = proceeding();
    respond(200);
    bench.receive(invite);
    expect(transaction.state).toBe('Accepted');
    expect(sendingTimes(bench, 31_900)).toEqual([]);
    expect(bench.flow.sentKinds).toEqual(['200']);
    expect(bench.requests).toHaveLength(1);
  });

  it('sends the 2xx again when the user says so, from the same bytes', () => {
    const { bench, transaction, respond } = proceeding();
    const response = respond(200);
    transaction.respond(response);
    expect(bench.flow.sent).toHaveLength(2);
    expect(bench.flow.sent[1]).toBe(bench.flow.sent[0]);
  });

  it('passes an ACK up, whether it carries the branch of the INVITE or its own', () => {
    const { bench, respond, ack } = proceeding();
    respond(200);
    bench.receive(ack());
    bench.receive(ack('z9hG4bKanother'));
    expect(bench.requests.map((request) => request.method)).toEqual(['INVITE', 'ACK', 'ACK']);
  });

  it('ends by timer L after 64*T1 over every transport', () => {
    for (const protocol of ['UDP', 'TCP'] as const) {
      const { bench, ended, respond } = proceeding(protocol);
      respond(200);
      bench.clock.advance(31_900);
      expect(ended).toEqual([]);
      bench.clock.advance(1200);
      expect(ended).toEqual(['terminated']);
      expect(bench.layer.size).toBe(0);
      expect(bench.clock.pendingTimers).toBe(0);
    }
  });

  it('lives on when a 2xx cannot be sent, and tells the user', () => {
    const { bench, transaction, ended, respond } = proceeding();
    bench.flow.open = false;
    respond(200);
    expect(ended).toEqual(['transport error']);
    expect(transaction.state).toBe('Accepted');
  });

  it('ignores a second final response that is no 2xx', () => {
    const { bench, respond } = proceeding();
    respond(200);
    respond(486);
    respond(180);
    expect(bench.flow.sentKinds).toEqual(['200']);
  });
});

describe('CANCEL of an INVITE that we received', () => {
  it('is answered 200 with the tag of our other responses, and told to the user', () => {
    const { bench, transaction, respond } = proceeding();
    respond(180);
    bench.receive(sampleRequest({ method: 'CANCEL' }));
    expect(bench.flow.sentKinds).toEqual(['180', '200']);
    expect(bench.flow.lastResponse.toTag).toBe('bob1');
    expect(bench.cancelled).toEqual([transaction]);
    expect(bench.requests).toHaveLength(1);
  });

  it('is told once, however often it is retransmitted', () => {
    const { bench } = proceeding();
    bench.receive(sampleRequest({ method: 'CANCEL' }));
    bench.receive(sampleRequest({ method: 'CANCEL' }));
    expect(bench.flow.sentKinds).toEqual(['200', '200']);
    expect(bench.cancelled).toHaveLength(1);
  });

  it('changes nothing after a final response', () => {
    for (const statusCode of [200, 486]) {
      const { bench, respond } = proceeding();
      respond(statusCode);
      bench.receive(sampleRequest({ method: 'CANCEL' }));
      expect(bench.flow.sentKinds).toEqual([`${statusCode}`, '200']);
      expect(bench.cancelled).toEqual([]);
    }
  });

  it('goes to the user when it matches no INVITE', () => {
    const bench = new TransactionBench();
    bench.receive(sampleRequest({ method: 'CANCEL' }));
    expect(bench.requests.map((request) => request.method)).toEqual(['CANCEL']);
  });
});
