import { type Clock, err, ok, type Result, type Timer } from '@manyline/kernel';
import type { LegRemote, OpenedLeg } from './control/protocol.ts';
import { Leg } from './leg.ts';
import type { LegStatistics } from './leg-statistics.ts';
import type { MediaFailure } from './media-error.ts';
import type { PortPool } from './port-pool.ts';
import type { DatagramSocket, DatagramSockets } from './socket/datagram-socket.ts';

export interface MediaEngineOptions {
  readonly clock: Clock;
  readonly sockets: DatagramSockets;
  readonly ports: PortPool;
  /** Whether media may go to loopback, link-local and private addresses. */
  readonly allowPrivateAddresses: boolean;
  /** A leg's peer has been silent for 60 s (an hour on hold), and again after each such time. */
  readonly onMediaTimeout: (sessionId: string, legId: string) => void;
}

/** Figures since the start, or now. */
export interface MediaTotals {
  readonly sessions: number;
  readonly legs: number;
  readonly freePorts: number;
  /** RTP packets accepted from peers, sent to peers, dropped with RTCP and the rest. */
  readonly packetsReceived: number;
  readonly packetsSent: number;
  readonly packetsDiscarded: number;
}

const MAX_LEGS_PER_SESSION = 16;
/** Ports of the range that other programs may hold before we give up on opening a leg. */
const BIND_ATTEMPTS = 20;

/** The sessions of one thread: opens legs, connects them, notices silence. */
export class MediaEngine {
  readonly #clock: Clock;
  readonly #sockets: DatagramSockets;
  readonly #ports: PortPool;
  readonly #allowPrivateAddresses: boolean;
  readonly #onMediaTimeout: (sessionId: string, legId: string) => void;
  readonly #sessions = new Map<string, Map<string, Leg>>();
  #legs = 0;
  /** What closed legs had counted. */
  #packetsReceived = 0;
  #packetsSent = 0;
  #packetsDiscarded = 0;
  #timer: Timer;
  #closed = false;

  constructor({ clock, sockets, ports, allowPrivateAddresses, onMediaTimeout }: MediaEngineOptions) {
    this.#clock = clock;
    this.#sockets = sockets;
    this.#ports = ports;
    this.#allowPrivateAddresses = allowPrivateAddresses;
    this.#onMediaTimeout = onMediaTimeout;
    this.#timer = clock.after(1000, this.#tick);
  }

  /** Opens all of the legs or none; makes the session when it is new. */
  openLegs(sessionId: string, legIds: readonly string[]): Result<OpenedLeg[], MediaFailure> {
    const session = this.#sessions.get(sessionId) ?? new Map<string, Leg>();
    if (session.size + legIds.length > MAX_LEGS_PER_SESSION) {
      return fail('bad_request', `a session has at most ${MAX_LEGS_PER_SESSION} legs`);
    }
    const opened: Leg[] = [];
    for (const legId of legIds) {
      const leg = session.has(legId) ? fail('leg_exists', `leg ${legId} is open already`) : this.#openLeg(legId);
      if (!leg.ok) {
        for (const other of opened) this.#closeLeg(session, other);
        return leg;
      }
      opened.push(leg.value);
      session.set(legId, leg.value);
    }
    this.#sessions.set(sessionId, session);
    return ok(opened.map(({ id, rtpPort, rtcpPort }) => ({ legId: id, rtpPort, rtcpPort })));
  }

  /** Takes the peer's addresses after each offer or answer; null when the peer wants no media. */
  updateLeg(sessionId: string, legId: string, remote: LegRemote | null): Result<null, MediaFailure> {
    const leg = this.#leg(sessionId, legId);
    if (!leg.ok) return leg;
    if (leg.value.update(remote)) return ok(null);
    return fail('address_refused', 'media may not be sent to the addresses of this peer');
  }

  /** Relays between two legs both ways, in place of what either was connected to. */
  connectLegs(sessionId: string, legA: string, legB: string): Result<null, MediaFailure> {
    const a = this.#leg(sessionId, legA);
    if (!a.ok) return a;
    const b = this.#leg(sessionId, legB);
    if (!b.ok) return b;
    a.value.partner?.disconnect();
    b.value.partner?.disconnect();
    a.value.connectTo(b.value);
    b.value.connectTo(a.value);
    return ok(null);
  }

  /** Closes those of the legs that are open. The session stays. */
  closeLegs(sessionId: string, legIds: readonly string[]): Result<LegStatistics[], MediaFailure> {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return unknownSession(sessionId);
    const closed: LegStatistics[] = [];
    for (const legId of legIds) {
      const leg = session.get(legId);
      if (leg !== undefined) closed.push(this.#closeLeg(session, leg));
    }
    return ok(closed);
  }

  closeSession(sessionId: string): Result<LegStatistics[], MediaFailure> {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return unknownSession(sessionId);
    this.#sessions.delete(sessionId);
    return ok([...session.values()].map((leg) => this.#closeLeg(session, leg)));
  }

  totals(): MediaTotals {
    let packetsReceived = this.#packetsReceived;
    let packetsSent = this.#packetsSent;
    let packetsDiscarded = this.#packetsDiscarded;
    for (const session of this.#sessions.values()) {
      for (const leg of session.values()) {
        const statistics = leg.statistics();
        packetsReceived += statistics.packetsReceived;
        packetsSent += statistics.packetsSent;
        packetsDiscarded += statistics.discarded;
      }
    }
    return {
      sessions: this.#sessions.size,
      legs: this.#legs,
      freePorts: this.#ports.available,
      packetsReceived,
      packetsSent,
      packetsDiscarded,
    };
  }

  /** Closes every session; may be called twice. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer.cancel();
    for (const sessionId of [...this.#sessions.keys()]) this.closeSession(sessionId);
  }

  readonly #tick = (): void => {
    this.#timer = this.#clock.after(1000, this.#tick);
    for (const [sessionId, session] of this.#sessions) {
      for (const leg of session.values()) {
        if (leg.tick()) this.#onMediaTimeout(sessionId, leg.id);
      }
    }
  };

  #leg(sessionId: string, legId: string): Result<Leg, MediaFailure> {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return unknownSession(sessionId);
    const leg = session.get(legId);
    return leg === undefined ? fail('unknown_leg', `there is no leg ${legId}`) : ok(leg);
  }

  #openLeg(id: string): Result<Leg, MediaFailure> {
    let reason = '';
    for (let attempt = 0; attempt < BIND_ATTEMPTS; attempt++) {
      const port = this.#ports.take();
      if (port === undefined) return fail('ports_exhausted', 'every RTP port is in use or resting');
      const pair = this.#openPair(port);
      if (pair.ok) {
        const [rtp, rtcp] = pair.value;
        this.#legs += 1;
        return ok(new Leg({ id, clock: this.#clock, rtp, rtcp, allowPrivateAddresses: this.#allowPrivateAddresses }));
      }
      // Another program holds it: try again after the long rest.
      this.#ports.giveBack(port, true);
      reason = pair.error.code;
      if (reason !== 'EADDRINUSE') break;
    }
    return fail('socket_failed', `no socket for media: ${reason}`);
  }

  #openPair(port: number): Result<readonly [DatagramSocket, DatagramSocket], { readonly code: string }> {
    const rtp = this.#sockets.open(port);
    if (!rtp.ok) return rtp;
    const rtcp = this.#sockets.open(port + 1);
    if (rtcp.ok) return ok([rtp.value, rtcp.value]);
    rtp.value.close();
    return rtcp;
  }

  #closeLeg(session: Map<string, Leg>, leg: Leg): LegStatistics {
    const statistics = leg.statistics();
    leg.partner?.disconnect();
    leg.close();
    session.delete(leg.id);
    this.#ports.giveBack(leg.rtpPort, leg.used);
    this.#legs -= 1;
    this.#packetsReceived += statistics.packetsReceived;
    this.#packetsSent += statistics.packetsSent;
    this.#packetsDiscarded += statistics.discarded;
    return statistics;
  }
}

function fail(code: MediaFailure['code'], message: string): Result<never, MediaFailure> {
  return err({ code, message });
}

function unknownSession(sessionId: string): Result<never, MediaFailure> {
  return fail('unknown_session', `there is no session ${sessionId}`);
}
