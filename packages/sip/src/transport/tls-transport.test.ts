import { once } from 'node:events';
import { type ConnectionOptions, connect, createServer, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { certificates, ListeningTransports } from '../testing/listening-transports.ts';
import { sampleText } from '../testing/sample-messages.ts';
import { StreamPeer } from '../testing/stream-peer.ts';
import type { TransportLimits } from './transport-limits.ts';

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function listening(limits: Partial<TransportLimits> = {}) {
  const { clock, handler, transports, ...server } = new ListeningTransports({
    limits,
    trustedCertificates: [certificates.first.cert],
  });
  void server;
  open.push(transports);
  const port = await transports.listenTls({ host: '127.0.0.1', port: 0, ...certificates.first });
  return { clock, handler, transports, port };
}

function tlsSocket(port: number, options: ConnectionOptions = {}): TLSSocket {
  const ca = [certificates.first.cert, certificates.second.cert];
  const socket = connect({ host: '127.0.0.1', port, ca, ...options });
  open.push({ close: () => socket.destroy() });
  return socket;
}

async function securePeer(port: number, options: ConnectionOptions = {}) {
  const socket = tlsSocket(port, options);
  const peer = new StreamPeer(socket);
  await once(socket, 'secureConnect');
  return { peer, socket };
}

async function plainPeer(port: number): Promise<StreamPeer> {
  const peer = await StreamPeer.connect(port);
  open.push(peer);
  return peer;
}

const options = sampleText({ method: 'OPTIONS', protocol: 'TLS' });

describe('TLS transport', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('receives a request over %s', async (version) => {
    const { handler, port } = await listening();
    const { peer, socket } = await securePeer(port, { minVersion: version, maxVersion: version });
    expect(socket.getProtocol()).toBe(version);
    peer.write(options);
    await handler.until(() => handler.messages.length === 1);
    const { flow } = handler.messages[0]!;
    expect(flow).toMatchObject({ protocol: 'TLS', reliable: true, localPort: port, remotePort: socket.localPort });
    flow.send(Buffer.from('answer'));
    await peer.until(() => peer.received === 'answer');
  });

  it('refuses TLS 1.1, counts it, and lives on', async () => {
    const { handler, port } = await listening();
    const old = tlsSocket(port, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    await once(old, 'error');
    await handler.until(() => handler.discards.length === 1);
    expect(handler.discards).toEqual(['tls-handshake-failed']);
    await securePeer(port);
  });

  it('refuses a cipher suite without authenticated encryption', async () => {
    const { handler, port } = await listening();
    const weak = tlsSocket(port, { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' });
    await once(weak, 'error');
    await handler.until(() => handler.discards.length === 1);
    expect(handler.discards).toEqual(['tls-handshake-failed']);
  });

  it('closes half handshakes after 10 s, not before, and counts them', async () => {
    const { clock, handler, transports, port } = await listening();
    const silent = await plainPeer(port);
    const half = await plainPeer(port);
    half.write('\x16\x03\x01\x02\x00\x01\x00');
    while (clock.pendingTimers < 2) await new Promise(setImmediate);
    clock.advance(9999);
    expect(handler.discards).toEqual([]);
    clock.advance(1);
    await Promise.all([silent, half].map((peer) => peer.until(() => peer.closed)));
    await handler.until(() => handler.discards.length === 2);
    expect(handler.discards).toEqual(['tls-handshake-timeout', 'tls-handshake-timeout']);
    expect(clock.pendingTimers).toBe(0);
    expect(transports.connectionCount).toBe(0);
  });

  it('counts what is no handshake and a peer that leaves during one', async () => {
    const { clock, handler, port } = await listening();
    const garbage = await plainPeer(port);
    garbage.write(options);
    await handler.until(() => handler.discards.length === 1);
    const leaving = await plainPeer(port);
    while (clock.pendingTimers < 1) await new Promise(setImmediate);
    leaving.close();
    await handler.until(() => handler.discards.length === 2);
    expect(handler.discards).toEqual(['tls-handshake-failed', 'tls-handshake-failed']);
    expect(clock.pendingTimers).toBe(0);
    await securePeer(port);
  });

  it('counts handshakes under way among the connections of an address', async () => {
    const { clock, handler, port } = await listening({ maxUnprovenPerAddress: 2 });
    await plainPeer(port);
    await plainPeer(port);
    while (clock.pendingTimers < 2) await new Promise(setImmediate);
    const third = await plainPeer(port);
    await third.until(() => third.closed);
    expect(handler.discards).toEqual(['connection-limit-address']);
    clock.advance(10_000);
    await handler.until(() => handler.discards.length === 3);
    await securePeer(port);
  });

  it('shows a new certificate to new connections and keeps the open ones', async () => {
    const { handler, transports, port } = await listening();
    const before = await securePeer(port);
    expect(before.socket.getPeerCertificate().subject.CN).toBe('first.example.com');
    transports.setCertificate(certificates.second.cert, certificates.second.key);
    const after = await securePeer(port);
    expect(after.socket.getPeerCertificate().subject.CN).toBe('second.example.com');
    before.peer.write(options);
    await handler.until(() => handler.messages.length === 1);
    expect(before.peer.closed).toBe(false);
  });

  it('keeps the certificate that it has when the new one is unfit', async () => {
    const { transports, port } = await listening();
    const mixed = (): void => transports.setCertificate(certificates.second.cert, certificates.first.key);
    expect(mixed).toThrow(expect.objectContaining({ code: 'tls_certificate_invalid' }));
    expect(() => transports.setCertificate('no PEM', 'at all')).toThrow('cannot be used');
    const { socket } = await securePeer(port);
    expect(socket.getPeerCertificate().subject.CN).toBe('first.example.com');
  });

  it('rejects to listen with a certificate that is unfit', async () => {
    const server = new ListeningTransports();
    open.push(server.transports);
    await expect(server.listenTls({ cert: 'no PEM', key: 'at all' })).rejects.toMatchObject({
      code: 'tls_certificate_invalid',
    });
  });

  it('closes an established connection with half a header block after 10 s', async () => {
    const { clock, handler, port } = await listening();
    const { peer } = await securePeer(port);
    peer.write('INVITE sip:bob@example.com SIP/2.0\r\n');
    while (clock.pendingTimers < 2) await new Promise(setImmediate);
    clock.advance(10_000);
    await peer.until(() => peer.closed);
    expect(handler.discards).toEqual(['header-timeout']);
  });

  it('ends its connections and handshakes when it is closed, and no timer stays', async () => {
    const { clock, transports, port } = await listening();
    const { peer } = await securePeer(port);
    const half = await plainPeer(port);
    while (clock.pendingTimers < 2) await new Promise(setImmediate);
    await transports.close();
    await peer.until(() => peer.closed);
    await half.until(() => half.closed);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('outgoing TLS connections', () => {
  async function farEnd(certificate = certificates.first) {
    const server = createServer(certificate);
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push({ close: () => server.close() });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return { server, target: { protocol: 'TLS' as const, address: '127.0.0.1', port: address.port } };
  }

  it.each([undefined, 'first.example.com'])(
    'verify the server as %s and take messages meanwhile',
    async (serverName) => {
      const { handler, transports } = await listening();
      const { server, target } = await farEnd();
      const flow = transports.flowTo({ ...target, serverName });
      flow.send(Buffer.from('early'));
      const [socket] = (await once(server, 'secureConnection')) as [TLSSocket];
      const peer = new StreamPeer(socket);
      open.push(peer);
      await peer.until(() => peer.received === 'early');
      expect(transports.flowTo({ ...target, serverName })).toBe(flow);
      peer.write(options);
      await handler.until(() => handler.messages.length === 1);
      expect(handler.messages[0]!.flow).toBe(flow);
    },
  );

  it.each([
    ['a certificate that nobody trusts', certificates.second, undefined],
    ['a certificate of another name', certificates.first, 'other.example.com'],
  ])('fail at %s', async (_what, certificate, serverName) => {
    const { handler, transports } = await listening();
    const { target } = await farEnd(certificate);
    const flow = transports.flowTo({ ...target, serverName });
    flow.send(Buffer.from('secret'));
    await handler.until(() => handler.closed.length === 1);
    expect(handler.closed).toEqual([flow]);
    expect(handler.discards).toEqual(['connect-failed']);
  });

  it('are not mixed up with accepted ones, or with those for another name', async () => {
    const { handler, transports, port } = await listening();
    const { peer, socket } = await securePeer(port);
    peer.write(options);
    await handler.until(() => handler.messages.length === 1);
    const accepted = handler.messages[0]!.flow;
    expect(transports.flowTo({ protocol: 'TLS', address: '127.0.0.1', port: socket.localPort! })).not.toBe(accepted);
    const { target } = await farEnd();
    const named = transports.flowTo({ ...target, serverName: 'first.example.com' });
    expect(transports.flowTo(target)).not.toBe(named);
  });
});
