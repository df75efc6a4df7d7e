import { describe, expect, it } from 'vitest';
import { outgoingRequest } from '../testing/sample-messages.ts';
import { RecordingListener, sendingTimes, TransactionBench } from '../testing/transaction-bench.ts';
import type { TransportProtocol } from '../transport/index.ts';

function trying(protocol: TransportProtocol = 'UDP') {
  const bench = new TransactionBench(protocol);
  const listener = new RecordingListener();
  const transaction = bench.layer.sendRequest(outgoingRequest('OPTIONS'), bench.flow, listener);
  return { bench, listener, transaction, request: bench.flow.lastRequest };
}

describe('non-INVITE client transaction in Trying', () => {
  it('retransmits by timer E, doubling up to T2, until timer F at 32 s', () => {
    const { bench, listener } = trying();
    const times = sendingTimes(bench, 31_900);
    expect(times).toEqual([500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
    bench.clock.advance(100);
    expect(listener.heard).toEqual(['timeout']);
    expect(bench.layer.size).toBe(0);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('does not retransmit over a reliable transport', () => {
    const { bench, listener } = trying('TLS');
    expect(sendingTimes(bench, 31_900)).toEqual([]);
    bench.clock.advance(100);
    expect(listener.heard).toEqual(['timeout']);
  });

  it('reports a transport error of a retransmission, once', () => {
    const { bench, listener } = trying();
    bench.flow.open = false;
    bench.clock.advance(500);
    bench.layer.flowClosed(bench.flow);
    bench.clock.advance(60_000);
    expect(listener.heard).toEqual(['transport error']);
  });

  it('reports a first sending that fails after the caller has got the transaction', () => {
    const bench = new TransactionBench('TCP');
    bench.flow.open = false;
    const listener = new RecordingListener();
    bench.layer.sendRequest(outgoingRequest('OPTIONS'), bench.flow, listener);
    expect(listener.heard).toEqual([]);
    bench.clock.advance(0);
    expect(listener.heard).toEqual(['transport error']);
    expect(bench.layer.size).toBe(0);
  });
});

describe('non-INVITE client transaction in Proceeding', () => {
  it('retransmits each T2 and still gives up by timer F', () => {
    const { bench, listener, request, transaction } = trying();
    bench.answer(request, 100);
    expect(transaction.state).toBe('Proceeding');
    expect(sendingTimes(bench, 31_900)).toEqual([500, 4500, 8500, 12_500, 16_500, 20_500, 24_500, 28_500]);
    bench.clock.advance(100);
    expect(listener.heard).toEqual([100, 'timeout']);
  });

  it('passes further provisional responses and the final one up', () => {
    const { bench, listener, request } = trying();
    bench.answer(request, 100);
    bench.answer(request, 183);
    bench.answer(request, 200);
    expect(listener.heard).toEqual([100, 183, 200]);
  });
});

describe('non-INVITE client transaction in Completed', () => {
  it('absorbs repeated responses until timer K after T4', () => {
    const { bench, listener, request, transaction } = trying();
    bench.answer(request, 404);
    bench.answer(request, 404);
    expect(transaction.state).toBe('Completed');
    expect(listener.heard).toEqual([404]);
    expect(sendingTimes(bench, 4900)).toEqual([]);
    expect(transaction.state).toBe('Completed');
    bench.clock.advance(400);
    expect(transaction.state).toBe('Terminated');
    expect(bench.clock.pendingTimers).toBe(0);
    bench.answer(request, 404);
    expect(bench.strayResponses).toHaveLength(1);
  });

  it('ends at once over a reliable transport', () => {
    const { bench, request, transaction } = trying('TCP');
    bench.answer(request, 200);
    expect(transaction.state).toBe('Terminated');
    expect(bench.clock.pendingTimers).toBe(0);
  });
});
