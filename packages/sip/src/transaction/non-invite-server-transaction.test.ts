import { describe, expect, it } from 'vitest';
import { SipResponse } from '../message/index.ts';
import { sampleRequest } from '../testing/sample-messages.ts';
import { sendingTimes, TransactionBench } from '../testing/transaction-bench.ts';
import type { TransportProtocol } from '../transport/index.ts';
import type { NonInviteServerTransaction } from './non-invite-server-transaction.ts';

function trying(protocol: TransportProtocol = 'UDP') {
  const bench = new TransactionBench(protocol);
  const request = sampleRequest({ method: 'REGISTER', protocol });
  const transaction = bench.accept<NonInviteServerTransaction>(request);
  const respond = (statusCode: number): void =>
    transaction.respond(SipResponse.create(request, statusCode, { toTag: 'bob1' }));
  return { bench, request, transaction, respond };
}

describe('non-INVITE server transaction', () => {
  it('in Trying absorbs retransmissions', () => {
    const { bench, request, transaction } = trying();
    bench.receive(request);
    expect(transaction.state).toBe('Trying');
    expect(bench.flow.sent).toEqual([]);
    expect(bench.requests).toHaveLength(1);
  });

  it('in Proceeding answers retransmissions with the last provisional response', () => {
    const { bench, request, transaction, respond } = trying();
    respond(100);
    respond(183);
    bench.receive(request);
    expect(transaction.state).toBe('Proceeding');
    expect(bench.flow.sentKinds).toEqual(['100', '183', '183']);
  });

  it('in Completed answers retransmissions with the same bytes until timer J after 64*T1', () => {
    const { bench, request, transaction, respond } = trying();
    respond(200);
    bench.receive(request);
    expect(bench.flow.sent[1]).toBe(bench.flow.sent[0]);
    expect(sendingTimes(bench, 31_900)).toEqual([]);
    bench.receive(request);
    expect(bench.flow.sent).toHaveLength(3);
    expect(transaction.state).toBe('Completed');
    bench.clock.advance(1200);
    expect(transaction.state).toBe('Terminated');
    expect(bench.layer.size).toBe(0);
    expect(bench.clock.pendingTimers).toBe(0);
    bench.receive(request);
    expect(bench.requests).toHaveLength(2);
  });

  it('in Completed ignores what else the user wants to answer', () => {
    const { bench, respond } = trying();
    respond(200);
    respond(500);
    respond(100);
    expect(bench.flow.sentKinds).toEqual(['200']);
  });

  it('ends at once over a reliable transport', () => {
    const { bench, transaction, respond } = trying('TCP');
    respond(200);
    expect(transaction.state).toBe('Terminated');
    expect(bench.layer.size).toBe(0);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('ends with a transport error when a response cannot be sent', () => {
    const { bench, transaction, respond } = trying();
    let errors = 0;
    transaction.onTransportError = () => {
      errors += 1;
    };
    bench.flow.open = false;
    respond(200);
    respond(200);
    expect(errors).toBe(1);
    expect(transaction.state).toBe('Terminated');
    expect(bench.layer.size).toBe(0);
  });

  it('in Completed ends when its response cannot be sent again', () => {
    const { bench, request, transaction, respond } = trying();
    respond(200);
    bench.flow.open = false;
    bench.receive(request);
    expect(transaction.state).toBe('Terminated');
    expect(bench.layer.size).toBe(0);
  });

  it('leaves a new transaction alone when the timer of an older one with the same key fires', () => {
    const { bench, request, respond } = trying();
    respond(200);
    bench.flow.open = false;
    bench.receive(request);
    bench.flow.open = true;
    bench.clock.advance(20_000);
    bench.accept<NonInviteServerTransaction>(request).respond(SipResponse.create(request, 200));
    bench.clock.advance(14_000);
    expect(bench.layer.size).toBe(1);
  });
});
