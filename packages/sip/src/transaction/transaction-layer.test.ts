import { describe, expect, it } from 'vitest';
import { parseMessage, SipResponse } from '../message/index.ts';
import { FakeFlow } from '../testing/fake-flow.ts';
import { outgoingRequest, sampleRequest, sampleText } from '../testing/sample-messages.ts';
import { RecordingListener, TransactionBench } from '../testing/transaction-bench.ts';
import type { NonInviteServerTransaction } from './non-invite-server-transaction.ts';

describe('matching requests to server transactions (RFC 3261 §17.2.3)', () => {
  const first = { method: 'OPTIONS', branch: 'z9hG4bKone', sentBy: '192.0.2.99:5099' };

  it.each([
    ['another branch', { ...first, branch: 'z9hG4bKtwo' }],
    ['another sent-by port', { ...first, sentBy: '192.0.2.99:5098' }],
    ['another sent-by host', { ...first, sentBy: '192.0.2.98:5099' }],
    ['another method', { ...first, method: 'MESSAGE' }],
  ])('takes %s for a new request', (_what, other) => {
    const bench = new TransactionBench();
    bench.accept(sampleRequest(first));
    bench.receive(sampleRequest(other));
    expect(bench.requests).toHaveLength(2);
  });

  it('takes the same request over another transport for a new one', () => {
    const bench = new TransactionBench();
    const request = sampleRequest(first);
    bench.accept(request);
    bench.layer.receive(request, new FakeFlow('TCP'));
    expect(bench.requests).toHaveLength(2);
  });

  it('matches a client without the magic cookie by Call-ID, From tag, CSeq and Request-URI', () => {
    const bench = new TransactionBench();
    const old = { method: 'OPTIONS', branch: '1' };
    bench.accept(sampleRequest(old));
    bench.receive(sampleRequest({ ...old, branch: '2' }));
    expect(bench.requests).toHaveLength(1);
    bench.receive(sampleRequest({ ...old, cseq: 2 }));
    bench.receive(sampleRequest({ ...old, callId: 'call-2@example.com' }));
    expect(bench.requests).toHaveLength(3);
  });

  it('gives copies of a request that a slow user got twice one transaction', () => {
    const bench = new TransactionBench();
    const request = sampleRequest(first);
    bench.receive(request);
    bench.receive(request);
    expect(bench.requests).toHaveLength(2);
    const transaction = bench.layer.createServerTransaction(request, bench.flow);
    expect(bench.layer.createServerTransaction(request, bench.flow)).toBe(transaction);
  });

  it('answers a copy from the transaction that is completed already', () => {
    const bench = new TransactionBench();
    const request = sampleRequest(first);
    bench.layer.createServerTransaction(request, bench.flow).respond(SipResponse.create(request, 200));
    const late = bench.layer.createServerTransaction(request, bench.flow);
    late.respond(SipResponse.create(request, 500));
    expect(bench.flow.sentKinds).toEqual(['200', '200']);
  });

  it('refuses a server transaction for an ACK', () => {
    const bench = new TransactionBench();
    expect(() => bench.layer.createServerTransaction(sampleRequest({ method: 'ACK' }), bench.flow)).toThrow('ACK');
  });
});

describe('matching responses to client transactions (RFC 3261 §17.1.3)', () => {
  it('takes the branch and the CSeq method', () => {
    const bench = new TransactionBench();
    const options = new RecordingListener();
    const message = new RecordingListener();
    bench.layer.sendRequest(outgoingRequest('OPTIONS'), bench.flow, options);
    const sentOptions = bench.flow.lastRequest;
    bench.layer.sendRequest(outgoingRequest('MESSAGE'), bench.flow, message);
    bench.answer(sentOptions, 200);
    expect(options.heard).toEqual([200]);
    expect(message.heard).toEqual([]);
  });

  it('gives a response that matches nothing to the user as a stray one', () => {
    const bench = new TransactionBench();
    bench.receive(SipResponse.create(sampleRequest(), 200));
    expect(bench.strayResponses).toHaveLength(1);
  });

  it('drops a response with more than one Via', () => {
    const bench = new TransactionBench();
    const listener = new RecordingListener();
    bench.layer.sendRequest(outgoingRequest('OPTIONS'), bench.flow, listener);
    const response = SipResponse.create(bench.flow.lastRequest, 200);
    response.headers.append('Via', 'SIP/2.0/UDP 192.0.2.50:5060;branch=z9hG4bKx');
    bench.receive(response);
    expect(listener.heard).toEqual([]);
    expect(bench.discards).toEqual(['response-with-many-vias']);
  });
});

describe('what the layer sends outside of transactions', () => {
  it('sends an ACK for a 2xx on a branch of its own and gives the bytes back', () => {
    const bench = new TransactionBench();
    bench.layer.sendRequest(outgoingRequest('INVITE'), bench.flow, new RecordingListener());
    const invite = bench.flow.lastRequest;
    const bytes = bench.layer.sendAck(outgoingRequest('ACK'), bench.flow);
    expect(bytes).toBe(bench.flow.sent[1]);
    expect(bench.flow.lastRequest.topVia.branch).toMatch(/^z9hG4bK[0-9a-f]{24}$/);
    expect(bench.flow.lastRequest.topVia.branch).not.toBe(invite.topVia.branch);
    expect(bench.layer.size).toBe(1);
  });

  it('answers statelessly and keeps nothing', () => {
    const bench = new TransactionBench();
    const request = sampleRequest({ method: 'REGISTER' });
    bench.layer.respondStateless(request, bench.flow, SipResponse.create(request, 401));
    bench.receive(request);
    expect(bench.flow.sentKinds).toEqual(['401']);
    expect(bench.requests).toHaveLength(1);
    expect(bench.layer.size).toBe(0);
  });

  it('never answers an ACK', () => {
    const bench = new TransactionBench();
    const ack = sampleRequest({ method: 'ACK' });
    bench.layer.respondStateless(ack, bench.flow, SipResponse.create(ack, 400));
    expect(bench.flow.sent).toEqual([]);
  });

  it('answers a malformed request with the status of its error', () => {
    const bench = new TransactionBench();
    const parsed = parseMessage(Buffer.from(sampleText().replace('CSeq: 1 INVITE', 'CSeq: 1 OPTIONS')));
    if (parsed.ok) throw new Error('a CSeq of another method has to be refused');
    bench.layer.receiveMalformed(parsed.error, bench.flow);
    expect(bench.flow.sentKinds).toEqual(['400']);
  });

  it('writes an IPv6 address in brackets and the chosen host into Via', () => {
    const six = new TransactionBench('UDP', { viaHost: '2001:db8::1' });
    six.layer.sendRequest(outgoingRequest('OPTIONS'), six.flow, new RecordingListener());
    expect(six.flow.lastRequest.topVia.host).toBe('[2001:db8::1]');
    expect(six.flow.lastRequest.topVia.port).toBe(5060);
  });
});

describe('limits and failures', () => {
  it('refuses new requests with 503 beyond the limit, and still serves those it knows', () => {
    const bench = new TransactionBench('UDP', { maxTransactions: 2 });
    const known = sampleRequest({ method: 'OPTIONS', branch: 'z9hG4bK1' });
    bench.accept<NonInviteServerTransaction>(known).respond(SipResponse.create(known, 200));
    bench.accept(sampleRequest({ method: 'OPTIONS', branch: 'z9hG4bK2' }));
    bench.receive(sampleRequest({ method: 'OPTIONS', branch: 'z9hG4bK3' }));
    expect(bench.flow.lastResponse.statusCode).toBe(503);
    expect(bench.flow.lastResponse.headers.get('Retry-After')).toBe('5');
    expect(bench.discards).toEqual(['transaction-limit']);
    expect(bench.requests).toHaveLength(2);
    bench.receive(known);
    expect(bench.flow.lastResponse.statusCode).toBe(200);
    bench.clock.advance(34_000);
    bench.receive(sampleRequest({ method: 'OPTIONS', branch: 'z9hG4bK3' }));
    expect(bench.requests).toHaveLength(3);
  });

  it.each(['with', 'without'])('answers 500 when the user fails %s a transaction', (how) => {
    const bench = new TransactionBench();
    bench.onEachRequest = (request, flow) => {
      if (how === 'with') bench.layer.createServerTransaction(request, flow);
      throw new Error('user failure');
    };
    bench.receive(sampleRequest({ method: 'OPTIONS' }));
    expect(bench.flow.sentKinds).toEqual(['500']);
    expect(bench.discards).toEqual(['user-failed']);
  });

  it('leaves the response alone that the user gave before it failed', () => {
    const bench = new TransactionBench();
    bench.onEachRequest = (request, flow) => {
      bench.layer.createServerTransaction(request, flow).respond(SipResponse.create(request, 200));
      throw new Error('user failure');
    };
    bench.receive(sampleRequest());
    bench.receive(sampleRequest({ method: 'OPTIONS' }));
    expect(bench.flow.sentKinds).toEqual(['200', '200']);
  });

  it('says nothing when the user fails on an ACK', () => {
    const bench = new TransactionBench();
    bench.onEachRequest = () => {
      throw new Error('user failure');
    };
    bench.receive(sampleRequest({ method: 'ACK' }));
    expect(bench.flow.sent).toEqual([]);
  });

  it('leaves no timer and no transaction behind when it is closed', () => {
    const bench = new TransactionBench();
    const listener = new RecordingListener();
    bench.layer.sendRequest(outgoingRequest('INVITE'), bench.flow, listener);
    bench.layer.sendRequest(outgoingRequest('OPTIONS'), bench.flow, listener);
    const invite = sampleRequest();
    bench.accept(invite).respond(SipResponse.create(invite, 486));
    const options = sampleRequest({ method: 'OPTIONS' });
    bench.accept(options).respond(SipResponse.create(options, 200));
    bench.layer.close();
    bench.layer.close();
    expect(bench.layer.size).toBe(0);
    expect(bench.clock.pendingTimers).toBe(0);
    expect(listener.heard).toEqual([]);
  });

  it('is not misled when the wall clock is set back or forward', () => {
    const bench = new TransactionBench();
    const request = sampleRequest({ method: 'OPTIONS' });
    bench.accept(request).respond(SipResponse.create(request, 200));
    bench.clock.step(3_600_000);
    bench.clock.advance(31_000);
    expect(bench.layer.size).toBe(1);
    bench.clock.step(-7_200_000);
    bench.clock.advance(3000);
    expect(bench.layer.size).toBe(0);
  });
});
