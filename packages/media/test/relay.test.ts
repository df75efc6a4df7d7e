/** A media engine with real sockets between two phones, and attackers around them. */
import { eventually, FakeClock } from '@manyline/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LegRemote, OpenedLeg } from '../src/control/protocol.ts';
import { MediaEngine } from '../src/media-engine.ts';
import { PortPool } from '../src/port-pool.ts';
import type { DatagramSockets } from '../src/socket/datagram-socket.ts';
import { bestSocketKind, openSockets, type SocketKind } from '../src/socket/open-sockets.ts';
import { rtcp, rtp, UdpPeer } from './udp-peer.ts';

const kinds: SocketKind[] = bestSocketKind() === 'linux' ? ['linux', 'node'] : ['node'];

function ok<Value>(result: { ok: true; value: Value } | { ok: false; error: { message: string } }): Value {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

describe.each(kinds)('relay over %s sockets', (kind) => {
  let clock: FakeClock;
  let sockets: DatagramSockets;
  let engine: MediaEngine;
  let timeouts: string[];
  let alice: UdpPeer;
  let aliceRtcp: UdpPeer;
  let bob: UdpPeer;
  let bobRtcp: UdpPeer;
  let attacker: UdpPeer;
  const peers = () => [alice, aliceRtcp, bob, bobRtcp, attacker];

  beforeEach(async () => {
    clock = new FakeClock();
    sockets = openSockets('0.0.0.0', kind);
    timeouts = [];
    startEngine(30_000, 30_199);
    alice = await UdpPeer.open('127.0.0.11');
    aliceRtcp = await UdpPeer.open('127.0.0.11');
    bob = await UdpPeer.open('127.0.0.12');
    bobRtcp = await UdpPeer.open('127.0.0.12');
    attacker = await UdpPeer.open('127.0.0.66');
  });

  afterEach(() => {
    engine.close();
    sockets.close();
    for (const peer of peers()) peer.close();
  });

  function startEngine(min: number, max: number, allowPrivateAddresses = true): void {
    engine = new MediaEngine({
      clock,
      sockets,
      ports: new PortPool({ clock, min, max }),
      allowPrivateAddresses,
      onMediaTimeout: (sessionId, legId) => timeouts.push(`${sessionId}/${legId}`),
    });
  }

  function remoteOf(peer: UdpPeer, rtcpPeer?: UdpPeer): LegRemote {
    return { address: peer.address, rtpPort: peer.port, rtcpPort: rtcpPeer?.port, signallingAddress: peer.address };
  }

  /** A call between Alice and Bob with both addresses known. */
  function call(): { a: OpenedLeg; b: OpenedLeg } {
    const [a, b] = ok(engine.openLegs('call', ['a', 'b']));
    ok(engine.updateLeg('call', 'a', remoteOf(alice, aliceRtcp)));
    ok(engine.updateLeg('call', 'b', remoteOf(bob, bobRtcp)));
    ok(engine.connectLegs('call', 'a', 'b'));
    return { a: a!, b: b! };
  }

  /** Until the engine has dropped `count` packets in all. */
  async function discarded(count: number): Promise<void> {
    await eventually(`${count} dropped packets`, () => engine.totals().packetsDiscarded === count, 4_000, 1);
  }

  it('relays both ways, every octet unchanged: sequence, timestamp and SSRC as they came', async () => {
    const { a, b } = call();
    const fromAlice = [65_534, 65_535, 65_536, 65_537].map((sequence) => rtp(sequence, `alice ${sequence}`, 0xa11ce));
    const fromBob = [7, 9, 8].map((sequence) => rtp(sequence, `bob ${sequence}`, 0xb0b));

    await alice.send(a.rtpPort, ...fromAlice);
    await bob.send(b.rtpPort, ...fromBob);

    expect(await bob.receivedCount(4)).toEqual(fromAlice);
    expect(await alice.receivedCount(3)).toEqual(fromBob);
    expect(alice.receivedFrom[0]).toBe(a.rtpPort);
    expect(bob.receivedFrom[0]).toBe(b.rtpPort);
  });

  it('reports what each leg received, lost and sent', async () => {
    const { a } = call();
    await alice.send(a.rtpPort, rtp(1), rtp(2), Buffer.from('not RTP'), rtp(5));
    await bob.receivedCount(3);

    const [statisticsOfA, statisticsOfB] = ok(engine.closeSession('call'));
    expect(statisticsOfA).toMatchObject({
      legId: 'a',
      packetsReceived: 3,
      bytesReceived: 51,
      packetsLost: 2,
      packetsSent: 0,
      discarded: 1,
      lastPacketAt: clock.now(),
    });
    expect(statisticsOfB).toMatchObject({
      legId: 'b',
      packetsReceived: 0,
      packetsSent: 3,
      bytesSent: 51,
      lastPacketAt: null,
    });
  });

  it('relays nothing to a leg whose remote is not known, and nothing from it', async () => {
    const [a, b] = ok(engine.openLegs('call', ['a', 'b']));
    ok(engine.connectLegs('call', 'a', 'b'));
    ok(engine.updateLeg('call', 'a', remoteOf(alice)));
    await bob.send(b!.rtpPort, rtp(1, 'early'), rtp(2, 'early'), rtp(3, 'early'), rtp(4, 'early'), rtp(5, 'early'));
    await discarded(5);
    await alice.send(a!.rtpPort, rtp(1));
    await eventually('a packet for nobody', () => engine.totals().packetsReceived === 1, 4_000, 1);

    ok(engine.updateLeg('call', 'b', remoteOf(bob)));
    await bob.send(b!.rtpPort, rtp(6, 'answered'));
    await alice.receivedCount(1);
    await alice.send(a!.rtpPort, rtp(2, 'hello'));
    await bob.receivedCount(1);

    expect(alice.received).toEqual([rtp(6, 'answered')]);
    expect(bob.received).toEqual([rtp(2, 'hello')]);
  });

  it('RTP bleed: a stranger who sends to the ports gets nothing, before and after learning', async () => {
    const { a, b } = call();
    const spray = Array.from({ length: 50 }, (_, index) => rtp(index, 'attack', 0xbad));
    await attacker.send(a.rtpPort, ...spray);
    await attacker.send(b.rtpPort, ...spray);
    await bob.send(b.rtpPort, rtp(1, 'before'));
    await alice.receivedCount(1);
    await alice.send(a.rtpPort, rtp(1));
    await attacker.send(a.rtpPort, ...spray);
    await alice.send(a.rtpPort, rtp(2));
    await bob.receivedCount(2);
    clock.advance(10_000);
    await attacker.send(a.rtpPort, ...spray);
    await bob.send(b.rtpPort, rtp(2, 'after'));
    await alice.receivedCount(2);

    expect(alice.received).toEqual([rtp(1, 'before'), rtp(2, 'after')]);
    expect(attacker.received).toEqual([]);
  });

  it("RTP injection: a stranger's packets never enter the stream", async () => {
    const { a } = call();
    const spray = Array.from({ length: 50 }, (_, index) => rtp(index, 'attack', 0xbad));
    await attacker.send(a.rtpPort, ...spray);
    await alice.send(a.rtpPort, rtp(1));
    await bob.receivedCount(1);
    await attacker.send(a.rtpPort, ...spray, rtp(2, 'same SSRC, next number'));
    await alice.send(a.rtpPort, rtp(2));
    await bob.receivedCount(2);

    expect(bob.received).toEqual([rtp(1), rtp(2)]);
    const [statisticsOfA] = ok(engine.closeSession('call'));
    expect(statisticsOfA).toMatchObject({ packetsReceived: 2, packetsLost: 0, discarded: 101 });
  });

  it('learns a phone behind a NAT: from the address of its signalling, with the fourth packet', async () => {
    const { a, b } = call();
    ok(engine.updateLeg('call', 'a', { address: '192.0.2.55', rtpPort: 4000, signallingAddress: alice.address }));
    await alice.send(a.rtpPort, rtp(1), rtp(2), rtp(3), rtp(4), rtp(5));
    await bob.receivedCount(2);
    await bob.send(b.rtpPort, rtp(1, 'to the learned source'));

    expect(bob.received).toEqual([rtp(4), rtp(5)]);
    expect(await alice.receivedCount(1)).toEqual([rtp(1, 'to the learned source')]);
  });

  it('follows a phone that moves with a re-INVITE', async () => {
    const { a, b } = call();
    await alice.send(a.rtpPort, rtp(1));
    await bob.receivedCount(1);
    ok(engine.updateLeg('call', 'a', remoteOf(aliceRtcp)));
    await bob.send(b.rtpPort, rtp(1, 'to the new address'));

    expect(await aliceRtcp.receivedCount(1)).toEqual([rtp(1, 'to the new address')]);
  });

  it('listens for a better source again when the legs are connected: the phone heard the answer only now', async () => {
    const { a } = call();
    await aliceRtcp.send(a.rtpPort, rtp(1), rtp(2), rtp(3), rtp(4));
    await bob.receivedCount(1);
    clock.advance(1_000);
    clock.advance(2_500);
    await aliceRtcp.send(a.rtpPort, rtp(5));
    await bob.receivedCount(2);

    await alice.send(a.rtpPort, rtp(1, 'too early', 2));
    await discarded(4);
    ok(engine.connectLegs('call', 'a', 'b'));
    await alice.send(a.rtpPort, rtp(2, 'exact', 2));

    expect((await bob.receivedCount(3))[2]).toEqual(rtp(2, 'exact', 2));
  });

  it('relays RTCP between the RTCP ports, and none of a stranger', async () => {
    const { a, b } = call();
    await attacker.send(a.rtcpPort, rtcp(0xbad));
    await aliceRtcp.send(a.rtcpPort, rtcp(0xa11ce), Buffer.from('junk'));
    await bobRtcp.send(b.rtcpPort, rtcp(0xb0b));

    expect(await bobRtcp.receivedCount(1)).toEqual([rtcp(0xa11ce)]);
    expect(await aliceRtcp.receivedCount(1)).toEqual([rtcp(0xb0b)]);
    await aliceRtcp.send(a.rtcpPort, rtcp(2));
    expect(await bobRtcp.receivedCount(2)).toEqual([rtcp(0xa11ce), rtcp(2)]);
  });

  it('RTCP never moves RTP', async () => {
    const { a, b } = call();
    await aliceRtcp.send(a.rtpPort, rtcp(), rtcp(), rtcp(), rtcp(), rtcp());
    await aliceRtcp.send(a.rtcpPort, rtcp());
    await bobRtcp.receivedCount(1);
    await bob.send(b.rtpPort, rtp(1));

    expect(await alice.receivedCount(1)).toEqual([rtp(1)]);
    expect(bob.received).toEqual([]);
  });

  it('drops what is above four times the rate of a call, until the next second', async () => {
    const { a } = call();
    const flood = Array.from({ length: 230 }, (_, index) => rtp(index));
    await alice.send(a.rtpPort, ...flood);
    await discarded(30);
    clock.advance(1_000);
    await alice.send(a.rtpPort, rtp(230));
    await bob.receivedCount(201);

    expect(bob.received[199]).toEqual(rtp(199));
    expect(bob.received[200]).toEqual(rtp(230));
    expect(ok(engine.closeSession('call'))[0]).toMatchObject({ packetsReceived: 201, packetsLost: 30, discarded: 30 });
  });

  it('reports a silent peer after 60 s and again after each 60 s, but not one that speaks', async () => {
    const { a } = call();
    clock.advance(59_000);
    await alice.send(a.rtpPort, rtp(1));
    await bob.receivedCount(1);
    clock.advance(1_000);
    expect(timeouts).toEqual(['call/b']);

    clock.advance(59_000);
    expect(timeouts).toEqual(['call/b']);
    clock.advance(1_000);
    expect(timeouts.sort()).toEqual(['call/a', 'call/b', 'call/b']);
  });

  it.each([
    ['null', null],
    ['0.0.0.0', { address: '0.0.0.0', rtpPort: 4000, signallingAddress: '127.0.0.11' }],
    ['onHold', { address: '127.0.0.11', rtpPort: 4000, signallingAddress: '127.0.0.11', onHold: true }],
  ])('allows an hour of silence when one side is on hold: %s', (_name, remote) => {
    call();
    ok(engine.updateLeg('call', 'a', remote));

    clock.advance(3_599_000);
    expect(timeouts).toEqual([]);
    clock.advance(1_000);
    expect(timeouts.sort()).toEqual(['call/a', 'call/b']);
  });

  it('expects no media before the legs are connected', () => {
    ok(engine.openLegs('call', ['a']));
    ok(engine.updateLeg('call', 'a', remoteOf(alice)));
    clock.advance(4_000_000);

    expect(timeouts).toEqual([]);
  });

  it('connects a leg anew: the old partner hears nothing more', async () => {
    const { a } = call();
    const [c] = ok(engine.openLegs('call', ['c']));
    ok(engine.updateLeg('call', 'c', remoteOf(bobRtcp)));
    ok(engine.connectLegs('call', 'a', 'c'));
    await alice.send(a.rtpPort, rtp(1));
    await bobRtcp.receivedCount(1);
    await bobRtcp.send(c!.rtpPort, rtp(2));

    expect(await alice.receivedCount(1)).toEqual([rtp(2)]);
    expect(bob.received).toEqual([]);
  });

  it('sends a leg that is connected to itself its own sound', async () => {
    const { a } = call();
    ok(engine.connectLegs('call', 'a', 'a'));
    await alice.send(a.rtpPort, rtp(1, 'echo'));

    expect(await alice.receivedCount(1)).toEqual([rtp(1, 'echo')]);
  });

  it('uses a port again only after its quarantine', async () => {
    engine.close();
    startEngine(30_200, 30_203);
    const { a } = call();
    await alice.send(a.rtpPort, rtp(1));
    await bob.receivedCount(1);
    ok(engine.closeSession('call'));

    clock.advance(29_999);
    // Bob's port carried nothing in, and is free already.
    expect(ok(engine.openLegs('next', ['x']))[0]?.rtpPort).not.toBe(a.rtpPort);
    expect(engine.openLegs('next', ['y'])).toMatchObject({ ok: false, error: { code: 'ports_exhausted' } });
    clock.advance(1);
    expect(ok(engine.openLegs('next', ['y']))).toEqual([{ legId: 'y', rtpPort: a.rtpPort, rtcpPort: a.rtcpPort }]);
  });

  it('opens all legs or none when the ports run out, and loses no port by it', () => {
    engine.close();
    startEngine(30_200, 30_205);
    expect(engine.openLegs('big', ['a', 'b', 'c', 'd'])).toMatchObject({
      ok: false,
      error: { code: 'ports_exhausted' },
    });
    expect(engine.totals()).toMatchObject({ sessions: 0, legs: 0 });

    clock.advance(2_000);
    expect(ok(engine.openLegs('small', ['a', 'b', 'c']))).toHaveLength(3);
  });

  it('takes another port when a program outside holds one', async () => {
    const squatter = await UdpPeer.open('0.0.0.0', 30_203);
    engine.close();
    startEngine(30_202, 30_205);
    try {
      expect(ok(engine.openLegs('call', ['a']))[0]?.rtpPort).toBe(30_204);
      expect(engine.openLegs('call', ['b'])).toMatchObject({ ok: false, error: { code: 'ports_exhausted' } });
    } finally {
      squatter.close();
    }
  });

  it('sends nothing to private addresses when they are not allowed', async () => {
    engine.close();
    startEngine(30_000, 30_199, false);
    const [a, b] = ok(engine.openLegs('call', ['a', 'b']));
    const inside = { code: 'address_refused' };
    expect(engine.updateLeg('call', 'a', remoteOf(alice))).toMatchObject({ ok: false, error: inside });
    expect(engine.updateLeg('call', 'b', remoteOf(bob))).toMatchObject({ ok: false, error: inside });
    ok(engine.connectLegs('call', 'a', 'b'));
    await alice.send(a!.rtpPort, rtp(1), rtp(2), rtp(3), rtp(4), rtp(5));
    await bob.send(b!.rtpPort, rtp(1));
    await discarded(6);
    expect(ok(engine.closeSession('call'))).toMatchObject([{ packetsSent: 0 }, { packetsSent: 0 }]);
    expect([...alice.received, ...bob.received]).toEqual([]);
  });

  it('names what it does not know, and bounds a session', () => {
    call();
    expect(engine.openLegs('call', ['a'])).toMatchObject({ error: { code: 'leg_exists' } });
    expect(engine.updateLeg('call', 'z', null)).toMatchObject({ error: { code: 'unknown_leg' } });
    expect(engine.connectLegs('none', 'a', 'b')).toMatchObject({ error: { code: 'unknown_session' } });
    expect(engine.closeSession('none')).toMatchObject({ error: { code: 'unknown_session' } });
    const many = Array.from({ length: 15 }, (_, index) => `m${index}`);
    expect(engine.openLegs('call', many)).toMatchObject({ error: { code: 'bad_request' } });
  });

  it('leaves nothing open after close, which may be called twice', () => {
    call();
    engine.close();
    engine.close();

    expect(engine.totals()).toMatchObject({ sessions: 0, legs: 0 });
    expect(clock.pendingTimers).toBe(0);
  });
});
