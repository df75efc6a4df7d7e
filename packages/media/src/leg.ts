import type { Clock } from '@manyline/kernel';
import type { LegRemote } from './control/protocol.ts';
import type { LegStatistics } from './leg-statistics.ts';
import { RtcpSource } from './rtcp-source.ts';
import { isRtcp, isRtp, payloadTypeOf, sequenceOf, ssrcOf, timestampOf } from './rtp-packet.ts';
import type { DatagramSocket } from './socket/datagram-socket.ts';
import { SourceLearning } from './source-learning.ts';
import { StreamStatistics } from './stream-statistics.ts';

/** Four times the rate of 20 ms packets; what is above is dropped. */
const MAX_RTP_PER_SECOND = 200;
const MAX_RTCP_PER_SECOND = 25;
const TIMEOUT_SECONDS = 60;
const TIMEOUT_ON_HOLD_SECONDS = 3600;

export interface LegOptions {
  readonly id: string;
  readonly clock: Clock;
  readonly rtp: DatagramSocket;
  readonly rtcp: DatagramSocket;
  readonly allowPrivateAddresses: boolean;
}

/** One side of a call: a pair of ports, the peer behind it, and the leg that hears what the peer says. */
export class Leg {
  readonly id: string;
  readonly #clock: Clock;
  readonly #rtp: DatagramSocket;
  readonly #rtcp: DatagramSocket;
  readonly #learning: SourceLearning;
  readonly #rtcpSource: RtcpSource;
  readonly #statistics = new StreamStatistics();
  #partner: Leg | undefined;
  /** The RTP source is locked, so that packets from the socket's peer need no judgement. */
  #locked = false;
  /** True until the first offer or answer, too. */
  #onHold = true;
  #rtpThisSecond = 0;
  #rtcpThisSecond = 0;
  #silentSeconds = 0;
  #packetsSent = 0;
  #bytesSent = 0;
  #discarded = 0;
  #used = false;

  constructor({ id, clock, rtp, rtcp, allowPrivateAddresses }: LegOptions) {
    this.id = id;
    this.#clock = clock;
    this.#rtp = rtp;
    this.#rtcp = rtcp;
    this.#learning = new SourceLearning(allowPrivateAddresses);
    this.#rtcpSource = new RtcpSource(this.#learning);
    rtp.onDatagram = this.#onRtp;
    rtcp.onDatagram = this.#onRtcp;
  }

  get rtpPort(): number {
    return this.#rtp.port;
  }

  get rtcpPort(): number {
    return this.#rtcp.port;
  }

  get partner(): Leg | undefined {
    return this.#partner;
  }

  get onHold(): boolean {
    return this.#onHold;
  }

  /** Whether any packet came in, wanted or not. */
  get used(): boolean {
    return this.#used;
  }

  /** False when media may go to none of the remote's addresses. */
  update(remote: LegRemote | null): boolean {
    this.#silentSeconds = 0;
    const wanted = remote === null || wantsNothing(remote) ? null : remote;
    this.#onHold = wanted === null || wanted.onHold === true;
    if (wanted === null) {
      this.#learning.reset();
      this.#rtcpSource.update(0);
      this.#applyPeers();
      return true;
    }
    if (wanted.clockRate !== undefined) this.#statistics.setClockRate(wanted.clockRate);
    const permitted = this.#learning.update(wanted, this.#clock.now());
    this.#rtcpSource.update(wanted.rtcpPort ?? wanted.rtpPort + 1);
    this.#applyPeers();
    return permitted;
  }

  /** From now on the partner hears this leg. */
  connectTo(partner: Leg): void {
    this.#partner = partner;
    this.#silentSeconds = 0;
    this.#learning.openWindow(this.#clock.now());
  }

  disconnect(): void {
    this.#partner = undefined;
  }

  /** Called each second; true when the peer has just been silent for too long while it was expected to speak. */
  tick(): boolean {
    const heard = this.#rtpThisSecond > 0;
    this.#rtpThisSecond = 0;
    this.#rtcpThisSecond = 0;
    if (heard || this.#partner === undefined) {
      this.#silentSeconds = 0;
      return false;
    }
    this.#silentSeconds += 1;
    const held = this.#onHold || this.#partner.onHold;
    return this.#silentSeconds % (held ? TIMEOUT_ON_HOLD_SECONDS : TIMEOUT_SECONDS) === 0;
  }

  statistics(): LegStatistics {
    const received = this.#statistics;
    return {
      legId: this.id,
      packetsReceived: received.packetsReceived,
      bytesReceived: received.bytesReceived,
      packetsSent: this.#packetsSent,
      bytesSent: this.#bytesSent,
      packetsLost: received.packetsLost,
      jitterMs: Math.round(received.jitterMs * 1000) / 1000,
      discarded: this.#discarded,
      lastPacketAt: received.packetsReceived === 0 ? null : received.lastPacketAtMs,
    };
  }

  close(): void {
    this.#partner = undefined;
    this.#rtp.close();
    this.#rtcp.close();
  }

  readonly #onRtp = (bytes: Uint8Array, length: number, fromPeer: boolean): void => {
    this.#used = true;
    if (!isRtp(bytes, length) || this.#rtpThisSecond >= MAX_RTP_PER_SECOND) {
      this.#discarded += 1;
      return;
    }
    const nowMs = this.#clock.now();
    if (fromPeer && this.#locked) this.#learning.onSourcePacket(nowMs);
    else if (!this.#judge(bytes, nowMs)) {
      this.#discarded += 1;
      return;
    }
    this.#rtpThisSecond += 1;
    this.#statistics.onPacket(sequenceOf(bytes), timestampOf(bytes), ssrcOf(bytes), length, nowMs);
    this.#partner?.sendRtp(bytes, length);
  };

  readonly #onRtcp = (bytes: Uint8Array, length: number): void => {
    this.#used = true;
    if (
      !isRtcp(bytes, length) ||
      this.#rtcpThisSecond >= MAX_RTCP_PER_SECOND ||
      !this.#rtcpSource.accepts(this.#rtcp.source(), this.#clock.now())
    ) {
      this.#discarded += 1;
      return;
    }
    this.#rtcpThisSecond += 1;
    this.#rtcp.setPeer(this.#rtcpSource.target);
    this.#partner?.sendRtcp(bytes, length);
  };

  sendRtp(bytes: Uint8Array, length: number): void {
    if (!this.#rtp.send(bytes, length)) return;
    this.#packetsSent += 1;
    this.#bytesSent += length;
  }

  sendRtcp(bytes: Uint8Array, length: number): void {
    this.#rtcp.send(bytes, length);
  }

  #judge(bytes: Uint8Array, nowMs: number): boolean {
    const source = this.#rtp.source();
    const verdict = this.#learning.judge(source, ssrcOf(bytes), sequenceOf(bytes), payloadTypeOf(bytes), nowMs);
    if (verdict === 'drop') return false;
    this.#applyPeers();
    return true;
  }

  #applyPeers(): void {
    this.#locked = this.#learning.source !== undefined;
    this.#rtp.setPeer(this.#learning.target);
    this.#rtcp.setPeer(this.#rtcpSource.target);
  }
}

/** The old way to hold: 0.0.0.0 (RFC 3264 §8.4); and a refused stream: port 0. */
function wantsNothing(remote: LegRemote): boolean {
  return remote.rtpPort === 0 || remote.address === '0.0.0.0' || remote.address === '::';
}
