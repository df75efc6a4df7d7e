/** A jump forward by less is loss, by more a restart of the source (RFC 3550 appendix A.1). */
const MAX_DROPOUT = 3000;
/** A packet this far behind the newest is late, not a restart. */
const MAX_MISORDER = 100;

/** Loss and jitter of one received stream (RFC 3550 §6.4.1, appendices A.1, A.3, A.8). A new SSRC starts a new count on top of the old one. */
export class StreamStatistics {
  packetsReceived = 0;
  bytesReceived = 0;
  /** 0 before the first packet. */
  lastPacketAtMs = 0;

  #clockRate = 8000;
  #started = false;
  #ssrc = 0;
  #baseSequence = 0;
  #highestSequence = 0;
  #cycles = 0;
  /** Set after a jump: the sequence number that would confirm a restart. */
  #restartSequence = -1;
  /** Packets of the present count, and what earlier counts expected and received. */
  #received = 0;
  #lostBefore = 0;
  #previousTimestamp = 0;
  #previousArrivalMs = 0;
  /** In timestamp units. */
  #jitter = 0;

  setClockRate(clockRate: number): void {
    this.#clockRate = clockRate;
  }

  get jitterMs(): number {
    return (this.#jitter * 1000) / this.#clockRate;
  }

  get packetsLost(): number {
    return this.#lostBefore + this.#lostNow();
  }

  onPacket(sequence: number, timestamp: number, ssrc: number, bytes: number, nowMs: number): void {
    this.packetsReceived += 1;
    this.bytesReceived += bytes;
    this.lastPacketAtMs = nowMs;
    if (!this.#started || ssrc !== this.#ssrc) {
      this.#start(sequence, timestamp, ssrc, nowMs);
      return;
    }
    const step = (sequence - this.#highestSequence) & 0xffff;
    if (step === 0 || step > 0x10000 - MAX_MISORDER) {
      // A duplicate, or late: it counts as received and says nothing about jitter.
      this.#received += 1;
      return;
    }
    if (step >= MAX_DROPOUT) {
      if (sequence === this.#restartSequence) this.#start(sequence, timestamp, ssrc, nowMs);
      else this.#restartSequence = (sequence + 1) & 0xffff;
      return;
    }
    if (sequence < this.#highestSequence) this.#cycles += 0x10000;
    this.#highestSequence = sequence;
    this.#restartSequence = -1;
    this.#received += 1;
    this.#measureJitter(timestamp, nowMs);
  }

  #start(sequence: number, timestamp: number, ssrc: number, nowMs: number): void {
    this.#lostBefore += this.#lostNow();
    this.#started = true;
    this.#ssrc = ssrc;
    this.#baseSequence = sequence;
    this.#highestSequence = sequence;
    this.#cycles = 0;
    this.#restartSequence = -1;
    this.#received = 1;
    this.#previousTimestamp = timestamp;
    this.#previousArrivalMs = nowMs;
  }

  #lostNow(): number {
    if (!this.#started) return 0;
    const expected = this.#cycles + this.#highestSequence - this.#baseSequence + 1;
    return Math.max(0, expected - this.#received);
  }

  #measureJitter(timestamp: number, nowMs: number): void {
    const sent = (timestamp - this.#previousTimestamp) | 0;
    // The packets of one telephone event carry one timestamp (RFC 4733 §2.5.1.2).
    if (sent === 0) return;
    const arrived = ((nowMs - this.#previousArrivalMs) * this.#clockRate) / 1000;
    this.#jitter += (Math.abs(arrived - sent) - this.#jitter) / 16;
    this.#previousTimestamp = timestamp;
    this.#previousArrivalMs = nowMs;
  }
}
