/** The control protocol end to end: MediaClient, a local socket, MediaServer, an engine with real sockets. */
import { mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@manyline/kernel';
import { eventually, FakeClock } from '@manyline/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ControlConnection } from '../src/control/control-connection.ts';
import { encodeFrame, FrameDecoder } from '../src/control/frame-decoder.ts';
import { MediaClient } from '../src/control/media-client.ts';
import { type MediaBackend, MediaServer } from '../src/control/media-server.ts';
import { executeCommand } from '../src/execute-command.ts';
import { MediaEngine } from '../src/media-engine.ts';
import { PortPool } from '../src/port-pool.ts';
import { type ControlListener, connectControl, listenControl } from '../src/socket/control-socket.ts';
import { NodeSockets } from '../src/socket/node-sockets.ts';
import { rtp, UdpPeer } from './udp-peer.ts';

/** One media process: what a restart replaces. */
class Media {
  readonly clock = new FakeClock();
  readonly engine: MediaEngine;
  readonly server: MediaServer;
  readonly connections: ControlConnection[] = [];
  readonly #sockets = new NodeSockets('127.0.0.1');
  #listener: ControlListener | undefined;

  constructor(backend?: MediaBackend) {
    const { clock } = this;
    this.engine = new MediaEngine({
      clock,
      sockets: this.#sockets,
      ports: new PortPool({ clock, min: 30_300, max: 30_399 }),
      allowPrivateAddresses: true,
      onMediaTimeout: (sessionId, legId) => this.server.mediaTimeout(sessionId, legId),
    });
    const toEngine: MediaBackend = { execute: (command, done) => done(executeCommand(this.engine, command)) };
    this.server = new MediaServer({ clock, backend: backend ?? toEngine });
  }

  async listen(path: string): Promise<void> {
    this.#listener = await listenControl(path, (connection) => {
      this.connections.push(connection);
      this.server.accept(connection);
    });
  }

  dropConnections(): void {
    for (const connection of this.connections) connection.close();
  }

  async close(): Promise<void> {
    await this.#listener?.close();
    this.server.close();
    this.engine.close();
    this.#sockets.close();
  }
}

describe('media control', () => {
  let directory: string;
  let path: string;
  let media: Media;
  const clients: MediaClient[] = [];

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'media-control-'));
    path = join(directory, 'control.sock');
    media = new Media();
    await media.listen(path);
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await media.close();
    rmSync(directory, { recursive: true });
  });

  async function connect(clientId = 'worker-1', options = {}): Promise<MediaClient> {
    const client = new MediaClient({ clientId, ...options });
    clients.push(client);
    await client.connect(path);
    return client;
  }

  function remoteOf(peer: UdpPeer) {
    return { address: peer.address, rtpPort: peer.port, signallingAddress: peer.address };
  }

  it('opens, updates, connects and closes legs', async () => {
    const client = await connect();
    const legs = await client.openLegs('call', ['a', 'b']);
    expect(legs).toMatchObject([{ legId: 'a' }, { legId: 'b' }]);
    for (const { rtpPort, rtcpPort } of legs) {
      expect(rtpPort % 2).toBe(0);
      expect(rtcpPort).toBe(rtpPort + 1);
    }
    await client.updateLeg('call', 'a', { address: '127.0.0.1', rtpPort: 4000, signallingAddress: '127.0.0.1' });
    await client.updateLeg('call', 'b', null);
    await client.connectLegs('call', 'a', 'b');
    await client.openLegs('call', ['c']);

    expect(await client.closeLegs('call', ['c', 'never-opened'])).toMatchObject([{ legId: 'c' }]);
    expect(await client.closeSession('call')).toMatchObject([{ legId: 'a' }, { legId: 'b' }]);
    expect(media.engine.totals()).toMatchObject({ sessions: 0, legs: 0 });
    expect(media.server.sessions).toBe(0);
  });

  it('keeps the order of requests that are not awaited', async () => {
    const client = await connect();
    const outcomes = await Promise.all([
      client.openLegs('call', ['a', 'b']),
      client.connectLegs('call', 'a', 'b'),
      client.closeSession('call'),
      client.openLegs('call', ['a']),
    ]);

    expect(outcomes[2]).toHaveLength(2);
    expect(outcomes[3]).toHaveLength(1);
  });

  it('rejects with the code of what went wrong', async () => {
    const client = await connect();

    await expect(client.updateLeg('none', 'a', null)).rejects.toMatchObject({ code: 'unknown_session' });
    await expect(client.openLegs('call', ['a', 'a'])).rejects.toMatchObject({ code: 'leg_exists' });
    await expect(
      client.openLegs(
        'call',
        Array.from({ length: 17 }, (_, index) => `${index}`),
      ),
    ).rejects.toMatchObject({ code: 'bad_request' });
    expect(media.server.sessions).toBe(0);
  });

  it("refuses another client's session", async () => {
    const first = await connect('worker-1');
    const second = await connect('worker-2');
    await first.openLegs('call', ['a']);

    await expect(second.openLegs('call', ['b'])).rejects.toMatchObject({ code: 'session_taken' });
    await expect(second.closeSession('call')).rejects.toMatchObject({ code: 'session_taken' });
    expect(await first.closeSession('call')).toHaveLength(1);
  });

  it('media goes on when the control connection drops, and the client takes its session up again', async () => {
    const client = await connect();
    const [alice, bob] = [await UdpPeer.open(), await UdpPeer.open()];
    const [a, b] = await client.openLegs('call', ['a', 'b']);
    await client.updateLeg('call', 'a', remoteOf(alice));
    await client.updateLeg('call', 'b', remoteOf(bob));
    await client.connectLegs('call', 'a', 'b');
    const lost: string[][] = [];
    client.on('sessionsLost', (sessionIds) => lost.push(sessionIds));

    const disconnected = new Promise<void>((resolve) => client.once('disconnected', resolve));
    const reconnected = new Promise<void>((resolve) => client.once('connected', resolve));
    media.dropConnections();
    await disconnected;
    expect(client.connected).toBe(false);
    await alice.send(a!.rtpPort, rtp(1, 'during'));
    await bob.receivedCount(1);
    await reconnected;
    media.clock.advance(59_000);
    await bob.send(b!.rtpPort, rtp(1, 'after'));
    await alice.receivedCount(1);
    media.clock.advance(10_000);

    expect(await client.closeSession('call')).toMatchObject([{ packetsReceived: 1 }, { packetsReceived: 1 }]);
    expect(lost).toEqual([]);
    alice.close();
    bob.close();
  });

  it('closes sessions that nobody claims within 60 s', async () => {
    const client = await connect();
    await client.openLegs('call', ['a']);
    client.close();
    await eventually('the claim timer', () => media.clock.pendingTimers === 2, 4_000, 1);

    media.clock.advance(59_999);
    expect(media.engine.totals().sessions).toBe(1);
    media.clock.advance(1);
    expect(media.engine.totals()).toMatchObject({ sessions: 0, legs: 0 });
    expect(media.server.sessions).toBe(0);
  });

  it('a new client of the same id that does not know the old sessions lets them end', async () => {
    const old = await connect();
    await old.openLegs('old', ['a']);
    old.close();
    const client = await connect();
    await client.openLegs('new', ['a']);
    await eventually('the claim timer', () => media.clock.pendingTimers === 2, 4_000, 1);
    media.clock.advance(60_000);

    expect(media.server.sessions).toBe(1);
    expect(await client.closeSession('new')).toHaveLength(1);
  });

  it('tells the client which sessions a restarted media process does not know', async () => {
    const client = await connect();
    await client.openLegs('call-1', ['a']);
    await client.openLegs('call-2', ['a']);
    await client.closeSession('call-2');
    const lost = new Promise<string[]>((resolve) => client.once('sessionsLost', resolve));

    await media.close();
    media = new Media();
    await media.listen(path);

    expect(await lost).toEqual(['call-1']);
    expect(await client.openLegs('call-3', ['a'])).toHaveLength(1);
  });

  it('rejects what is in flight when the connection breaks, and what comes while it is down', async () => {
    await media.close();
    media = new Media({ execute: () => {} });
    await media.listen(path);
    const client = await connect();
    const inFlight = client.openLegs('call', ['a']);
    const disconnected = new Promise<void>((resolve) => client.once('disconnected', resolve));
    media.dropConnections();

    await expect(inFlight).rejects.toMatchObject({ code: 'not_connected', retryable: true });
    await disconnected;
    await expect(client.openLegs('call', ['a'])).rejects.toMatchObject({ code: 'not_connected' });
  });

  it('gives up on a request after its time', async () => {
    await media.close();
    media = new Media({ execute: () => {} });
    await media.listen(path);
    const clock = new FakeClock();
    const client = await connect('worker-1', { clock, requestTimeoutMs: 500 });
    const request = client.openLegs('call', ['a']);
    const rejected = expect(request).rejects.toMatchObject({ code: 'timeout' });
    clock.advance(500);

    await rejected;
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives up on connecting when nobody answers in time', async () => {
    const client = new MediaClient({ clientId: 'worker-1', clock: systemClock, connectTimeoutMs: 100 });

    await expect(client.connect(join(directory, 'nobody.sock'))).rejects.toMatchObject({ code: 'not_connected' });
  });

  it('passes the media timeout on to the owner of the session', async () => {
    const client = await connect();
    await client.openLegs('call', ['a', 'b']);
    await client.updateLeg('call', 'a', { address: '127.0.0.1', rtpPort: 4000, signallingAddress: '127.0.0.1' });
    await client.updateLeg('call', 'b', { address: '127.0.0.1', rtpPort: 4002, signallingAddress: '127.0.0.1' });
    await client.connectLegs('call', 'a', 'b');
    const timeout = new Promise((resolve) => {
      client.once('mediaTimeout', (sessionId, legId) => resolve([sessionId, legId]));
    });
    media.clock.advance(60_000);

    expect(await timeout).toEqual(['call', 'a']);
  });

  it.each([
    ['a frame that is too long', Buffer.from([0xff, 0xff, 0xff, 0xff])],
    ['what is not JSON', Buffer.from('\0\0\0\x02{]', 'latin1')],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a request without an id', encodeFrame({ op: 'hello' })],
  ])('closes a connection that sends %s', async (_name, bytes) => {
    const connection = connectControl(path);
    const closed = new Promise<void>((resolve) => {
      connection.onClose = resolve;
    });
    connection.send(bytes);

    await closed;
  });

  it.each([
    [{ op: 'closeSession', sessionId: 's' }, 'hello must come first'],
    [{ op: 'hello', protocol: 2, clientId: 'w' }, 'protocol 1 is spoken here'],
    [{ op: 'explode', sessionId: 's' }, 'unknown op'],
  ])('answers %j with bad_request', async (request, message) => {
    const connection = connectControl(path);
    const decoder = new FrameDecoder();
    const answer = new Promise((resolve) => {
      connection.onData = (chunk) => resolve(decoder.push(chunk));
    });
    connection.send(encodeFrame({ id: 9, ...request }));

    expect(await answer).toEqual({ ok: true, value: [{ id: 9, error: { code: 'bad_request', message } }] });
    connection.close();
  });

  it('makes a socket file that only its user can open, replaces a stale one, and never a live one', async () => {
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await expect(listenControl(path, () => {})).rejects.toMatchObject({ code: 'EADDRINUSE' });

    // The file of a listener that is gone, as a killed process leaves it.
    const stale = join(directory, 'stale.sock');
    const killed = await listenControl(join(directory, 'other.sock'), () => {});
    renameSync(join(directory, 'other.sock'), stale);
    await killed.close();
    await (await listenControl(stale, () => {})).close();

    writeFileSync(stale, 'not a socket');
    await expect(listenControl(stale, () => {})).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('listens on host:port too', async () => {
    const listener = await listenControl('127.0.0.1:30390', (connection) => media.server.accept(connection));
    const client = new MediaClient({ clientId: 'worker-9' });
    clients.push(client);
    await client.connect('127.0.0.1:30390');

    expect(await client.openLegs('call', ['a'])).toHaveLength(1);
    await listener.close();
  });
});
