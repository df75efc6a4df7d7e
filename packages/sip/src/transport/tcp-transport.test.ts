import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { SipRequest, SipResponse } from '../message/index.ts';
import { ListeningTransports } from '../testing/listening-transports.ts';
import { sampleText } from '../testing/sample-messages.ts';
import { StreamPeer } from '../testing/stream-peer.ts';
import type { TransportLimits } from './transport-limits.ts';

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function listening(limits: Partial<TransportLimits> = {}) {
  const server = new ListeningTransports({ limits });
  open.push(server.transports);
  const port = await server.listenTcp();
  return { ...server, clock: server.clock, handler: server.handler, transports: server.transports, port };
}

async function peerOf(port: number): Promise<StreamPeer> {
  const peer = await StreamPeer.connect(port);
  open.push(peer);
  return peer;
}

const options = sampleText({ method: 'OPTIONS', protocol: 'TCP' });

describe('TCP transport', () => {
  it('receives a request and answers on the same connection, whatever its Via says', async () => {
    const { handler, port } = await listening();
    const peer = await peerOf(port);
    handler.react = (message, flow) => {
      if (message instanceof SipRequest) flow.responseFlow(message).send(SipResponse.create(message, 200).toBytes());
    };
    peer.write(sampleText({ method: 'OPTIONS', protocol: 'TCP', sentBy: '10.0.0.5:9;rport' }));
    await peer.until(() => peer.received.includes('\r\n\r\n'));
    expect(peer.received).toMatch(/^SIP\/2\.0 200 /);
    expect(peer.received).toContain('received=127.0.0.1');
    expect(peer.received).toContain(`rport=${peer.socket.localPort}`);
    expect(handler.messages[0]!.flow).toMatchObject({
      protocol: 'TCP',
      reliable: true,
      localAddress: '127.0.0.1',
      localPort: port,
      remotePort: peer.socket.localPort,
      open: true,
    });
  });

  it('receives a message that comes octet by octet', async () => {
    const { handler, port } = await listening();
    const peer = await peerOf(port);
    peer.socket.setNoDelay(true);
    for (const octet of options) {
      peer.write(octet);
      await new Promise(setImmediate);
    }
    await handler.until(() => handler.messages.length === 1);
    expect(handler.messages[0]!.message.callId).toBe('call-1@example.com');
  });

  it('answers a double CRLF with a single one', async () => {
    const { handler, port } = await listening();
    const peer = await peerOf(port);
    peer.write('\r\n\r\n');
    await peer.until(() => peer.received.length >= 2);
    peer.write(`\r\n${options}`);
    await handler.until(() => handler.messages.length === 1);
    expect(peer.received).toBe('\r\n');
  });

  it.each([
    ['content-length-missing', options.replace(/Content-Length.*\r\n/, '')],
    ['content-length-invalid', options.replace('Content-Length: 0', 'Content-Length: -1')],
    ['content-length-conflict', options.replace('Content-Length: 0', 'Content-Length: 0\r\nl: 7')],
    ['content-length-too-large', options.replace('Content-Length: 0', 'Content-Length: 65537')],
    ['content-length-too-large', options.replace('Content-Length: 0', 'Content-Length: 4294967328')],
  ])('refuses %s with 400, closes, counts, and reads nothing that is smuggled behind', async (reason, message) => {
    const { handler, port } = await listening();
    const peer = await peerOf(port);
    peer.write(message + sampleText({ callId: 'smuggled', protocol: 'TCP' }));
    await peer.until(() => peer.closed);
    expect(peer.received).toMatch(/^SIP\/2\.0 400 /);
    expect(handler.discards).toEqual([reason]);
    expect(handler.malformed.map((error) => error.rule)).toEqual([reason]);
    expect(handler.messages).toEqual([]);
    await handler.until(() => handler.closed.length === 1);
  });

  it.each([
    ['header-block-too-large', `OPTIONS sip:a SIP/2.0\r\nX: ${'x'.repeat(40_000)}`],
    ['not-sip', '\x16\x03\x01\x02\x00\x01'],
    ['not-sip', 'HELLO WORLD\r\nContent-Length: 0\r\n\r\n'],
  ])('closes and counts %s without an answer', async (reason, bytes) => {
    const { handler, port } = await listening();
    const peer = await peerOf(port);
    peer.write(bytes);
    await peer.until(() => peer.closed);
    expect(peer.received).toBe('');
    expect(handler.discards).toEqual([reason]);
  });

  it('refuses a malformed request and keeps the connection, as its end is known', async () => {
    const { handler, port } = await listening();
    const peer = await peerOf(port);
    peer.write(options.replace('CSeq: 1 OPTIONS', 'CSeq: 1 INVITE') + options);
    await handler.until(() => handler.messages.length === 1);
    await peer.until(() => peer.received.includes('\r\n\r\n'));
    expect(peer.received).toMatch(/^SIP\/2\.0 400 /);
    expect(handler.messages[0]!.flow.open).toBe(true);
  });

  it('closes 500 connections with half a header block after 10 s, not before', { timeout: 20_000 }, async () => {
    const { clock, handler, transports, port } = await listening();
    const peers = await Promise.all(Array.from({ length: 500 }, () => peerOf(port)));
    for (const peer of peers) peer.write('INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/TCP ');
    // Each half block armed a deadline; each connection has an idle timer besides.
    while (clock.pendingTimers < 1000) await new Promise(setImmediate);
    clock.advance(9999);
    expect(transports.connectionCount).toBe(500);
    expect(handler.discards).toEqual([]);
    clock.advance(1);
    expect(transports.connectionCount).toBe(0);
    expect(handler.discards).toEqual(Array(500).fill('header-timeout'));
    await Promise.all(peers.map((peer) => peer.until(() => peer.closed)));
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not let octets that trickle in put the deadline off', async () => {
    const { clock, handler, port } = await listening();
    const peer = await peerOf(port);
    peer.write('INVITE sip:bob@example.com SIP/2.0\r\n');
    while (clock.pendingTimers < 2) await new Promise(setImmediate);
    const other = await peerOf(port);
    for (let second = 1; second <= 10; second += 1) {
      peer.write('X: y\r\n');
      // A message on another connection, sent later, shows that the octets have arrived.
      other.write(options);
      await handler.until(() => handler.messages.length === second);
      clock.advance(1000);
    }
    await peer.until(() => peer.closed);
    expect(handler.discards).toEqual(['header-timeout']);
  });

  it('forgets the deadline once the message is whole', async () => {
    const { clock, handler, transports, port } = await listening();
    const peer = await peerOf(port);
    const message = sampleText({ method: 'OPTIONS', protocol: 'TCP', body: 'body' });
    peer.write(message.slice(0, 30));
    while (clock.pendingTimers < 2) await new Promise(setImmediate);
    peer.write(message.slice(30));
    await handler.until(() => handler.messages.length === 1);
    expect(clock.pendingTimers).toBe(1);
    clock.advance(60_000);
    expect(transports.connectionCount).toBe(1);
    expect(handler.discards).toEqual([]);
  });

  it('closes a connection whose body does not come within 20 s', async () => {
    const { clock, handler, port } = await listening();
    const peer = await peerOf(port);
    peer.write(options.replace('Content-Length: 0', 'Content-Length: 500'));
    while (clock.pendingTimers < 2) await new Promise(setImmediate);
    clock.advance(19_999);
    expect(handler.discards).toEqual([]);
    clock.advance(1);
    await peer.until(() => peer.closed);
    expect(handler.discards).toEqual(['body-timeout']);
  });

  it('closes an idle connection after two minutes, which keep-alives do not put off', async () => {
    const { clock, handler, transports, port } = await listening();
    const peer = await peerOf(port);
    while (transports.connectionCount < 1) await new Promise(setImmediate);
    clock.advance(119_000);
    peer.write('\r\n\r\n');
    await peer.until(() => peer.received === '\r\n');
    clock.advance(1000);
    expect(transports.connectionCount).toBe(1);
    clock.advance(30_000);
    await peer.until(() => peer.closed);
    expect(handler.discards).toEqual(['idle-timeout']);
    expect(handler.closed).toHaveLength(1);
  });

  it('keeps a connection that is kept open for an hour, and longer with keep-alives', async () => {
    const { clock, handler, transports, port } = await listening();
    const peer = await peerOf(port);
    peer.write(options);
    await handler.until(() => handler.messages.length === 1);
    handler.messages[0]!.flow.keepOpen();
    clock.advance(3_500_000);
    peer.write('\r\n\r\n');
    await peer.until(() => peer.received === '\r\n');
    clock.advance(3_600_000);
    expect(transports.connectionCount).toBe(1);
    clock.advance(900_000);
    await peer.until(() => peer.closed);
    expect(handler.discards).toEqual(['idle-timeout']);
  });

  it('limits the connections of an address, those apart whose peers proved themselves', async () => {
    const { handler, transports, port } = await listening({ maxUnprovenPerAddress: 2 });
    const first = await peerOf(port);
    await peerOf(port);
    const third = await peerOf(port);
    await third.until(() => third.closed);
    expect(handler.discards).toEqual(['connection-limit-address']);
    first.write(options);
    await handler.until(() => handler.messages.length === 1);
    handler.messages[0]!.flow.keepOpen();
    const fourth = await peerOf(port);
    fourth.write(options);
    await handler.until(() => handler.messages.length === 2);
    expect(transports.connectionCount).toBe(3);
  });

  it('limits the connections of the process, and gives the places of closed ones back', async () => {
    const { handler, transports, port } = await listening({ maxConnections: 1 });
    const first = await peerOf(port);
    const second = await peerOf(port);
    await second.until(() => second.closed);
    expect(handler.discards).toEqual(['connection-limit']);
    first.close();
    await handler.until(() => handler.closed.length === 1);
    const third = await peerOf(port);
    third.write(options);
    await handler.until(() => handler.messages.length === 1);
    expect(transports.connectionCount).toBe(1);
  });

  it('closes a connection whose peer does not read, once 1 MiB waits', async () => {
    const { handler, port } = await listening();
    const peer = await peerOf(port);
    peer.write(options);
    await handler.until(() => handler.messages.length === 1);
    const { flow } = handler.messages[0]!;
    peer.socket.pause();
    const chunk = Buffer.alloc(64 * 1024);
    let sent = 0;
    while (flow.send(chunk)) {
      sent += chunk.length;
      expect(sent).toBeLessThan(64 * 1024 * 1024);
      await new Promise(setImmediate);
    }
    expect(sent).toBeGreaterThan(1024 * 1024);
    expect(flow.open).toBe(false);
    expect(handler.discards).toEqual(['send-queue-full']);
    expect(handler.closed).toEqual([flow]);
  });

  it('survives a peer that resets its connection', async () => {
    const { handler, transports, port } = await listening();
    const peer = await peerOf(port);
    peer.write(options);
    await handler.until(() => handler.messages.length === 1);
    peer.socket.resetAndDestroy();
    await handler.until(() => handler.closed.length === 1);
    expect(handler.closed[0]).toBe(handler.messages[0]!.flow);
    expect(handler.messages[0]!.flow.send(Buffer.from('x'))).toBe(false);
    expect(transports.connectionCount).toBe(0);
  });

  it('finds a connection by its id as long as it is open', async () => {
    const { handler, transports, port } = await listening();
    const peer = await peerOf(port);
    peer.write(options);
    await handler.until(() => handler.messages.length === 1);
    const { flow } = handler.messages[0]!;
    expect(transports.flowById(flow.id)).toBe(flow);
    flow.close();
    flow.close();
    expect(transports.flowById(flow.id)).toBeUndefined();
    expect(handler.closed).toEqual([flow]);
    await peer.until(() => peer.closed);
  });

  it('cuts a connection that it closed when the peer does not close its side within 2 s', async () => {
    const { clock, handler, port } = await listening();
    const stubborn = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    const peer = new StreamPeer(stubborn);
    open.push(peer);
    peer.write(options);
    await handler.until(() => handler.messages.length === 1);
    handler.messages[0]!.flow.close();
    await once(stubborn, 'end');
    expect(clock.pendingTimers).toBe(1);
    clock.advance(2000);
    // A connection that is half closed still takes octets; one that was cut resets.
    while (!peer.closed) {
      peer.write(options);
      await new Promise(setImmediate);
    }
    expect(handler.messages).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('names host and port when the port is taken', async () => {
    const { transports, port } = await listening();
    const failure = await transports.listenTcp({ host: '127.0.0.1', port }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'port_in_use',
      publicMessage: `TCP port ${port} on 127.0.0.1 is in use by another program`,
    });
  });

  it('ends its connections when it is closed, and no timer stays', async () => {
    const { clock, handler, transports, port } = await listening();
    const peer = await peerOf(port);
    peer.write(options);
    await handler.until(() => handler.messages.length === 1);
    await transports.close();
    await peer.until(() => peer.closed);
    expect(handler.closed).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('outgoing TCP connections', () => {
  async function farEnd() {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => {});
      sockets.push(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push({ close: () => server.close() }, { close: () => sockets.map((socket) => socket.destroy()) });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return { server, sockets, target: { protocol: 'TCP' as const, address: '127.0.0.1', port: address.port } };
  }

  it('are opened on demand, take messages while they are being opened, and are used again', async () => {
    const { handler, transports, port } = await listening();
    const { server, target } = await farEnd();
    const flow = transports.flowTo(target);
    expect(flow.open).toBe(true);
    expect(flow.localPort).toBe(port);
    expect(flow.send(Buffer.from('one '))).toBe(true);
    expect(transports.flowTo(target)).toBe(flow);
    flow.send(Buffer.from('two'));
    const [socket] = (await once(server, 'connection')) as [Socket];
    const peer = new StreamPeer(socket);
    await peer.until(() => peer.received === 'one two');
    peer.write(options);
    await handler.until(() => handler.messages.length === 1);
    expect(handler.messages[0]!.flow).toBe(flow);
  });

  it('use a connection that the peer opened', async () => {
    const { handler, transports, port } = await listening();
    const peer = await peerOf(port);
    peer.write(options);
    await handler.until(() => handler.messages.length === 1);
    const target = { protocol: 'TCP' as const, address: '127.0.0.1', port: peer.socket.localPort! };
    expect(transports.flowTo(target)).toBe(handler.messages[0]!.flow);
  });

  it('report a refused connection', async () => {
    const { handler, transports } = await listening();
    const { server, target } = await farEnd();
    await new Promise((resolve) => server.close(resolve));
    const flow = transports.flowTo(target);
    flow.send(Buffer.from('x'));
    await handler.until(() => handler.closed.length === 1);
    expect(handler.closed).toEqual([flow]);
    expect(handler.discards).toEqual(['connect-failed']);
    expect(flow.open).toBe(false);
    expect(transports.connectionCount).toBe(0);
  });

  it('report a connection that is not up within 10 s', async () => {
    const { clock, handler, transports } = await listening();
    // TEST-NET-1: nobody answers there, and where a network answers for it the outcome is connect-failed.
    const flow = transports.flowTo({ protocol: 'TCP', address: '192.0.2.7', port: 5060 });
    clock.advance(10_000);
    await handler.until(() => handler.closed.length === 1);
    expect(handler.closed).toEqual([flow]);
    expect(['connect-timeout', 'connect-failed']).toContain(handler.discards[0]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('send nothing beyond the limit of the process', async () => {
    const { transports } = await listening({ maxConnections: 1 });
    const { target } = await farEnd();
    expect(transports.flowTo(target).open).toBe(true);
    const refused = transports.flowTo({ ...target, port: 9 });
    expect(refused.open).toBe(false);
    expect(refused.send(Buffer.from('x'))).toBe(false);
  });
});
