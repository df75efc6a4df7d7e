import { type Endpoint, sameEndpoint } from './endpoint.ts';
import { canonicalAddress, mayReceiveMedia } from './ip-address.ts';

/** Where a leg's peer says it is, and where its signalling comes from. */
export interface PeerAddresses {
  readonly address: string;
  readonly rtpPort: number;
  readonly signallingAddress: string;
  /** Payload types that a first packet may carry; any when left out. */
  readonly payloadTypes?: readonly number[];
}

/** What to do with a packet: relay it, or drop it (it may have counted towards learning its source). */
export type Verdict = 'accept' | 'drop';

/** After an offer or answer a better source may take over at once. */
const WINDOW_MS = 3_000;
/** Packets in a row that make a source credible. */
const PACKETS_TO_LEARN = 4;
/** A source silent this long may be replaced by another allowed one: a NAT binding changed. */
const SILENCE_MS = 2_000;
/** Within the window an equally good source need only be silent this long. */
const WINDOW_SILENCE_MS = 200;
const MAX_CANDIDATES = 4;

const EXACT = 3;
const SDP_ADDRESS = 2;
const SIGNALLING_ADDRESS = 1;
const FOREIGN = 0;

interface Candidate {
  endpoint: Endpoint;
  ssrc: number;
  sequence: number;
  packets: number;
  lastMs: number;
}

/**
 * Decides from which source a leg accepts RTP, and where it sends: symmetric RTP without RTP bleed.
 *
 * Allowed are the address of the peer's SDP and the source address of its SIP messages, nothing else. A packet from
 * exactly the SDP's address and port locks the source at once; another source on an allowed address locks after four
 * packets of one SSRC with rising sequence numbers. Once locked only that source is heard, until the next offer or
 * answer opens a window for a better one, or it has been silent for two seconds.
 */
export class SourceLearning {
  readonly #allowPrivate: boolean;
  #exact: Endpoint | undefined;
  #signallingAddress: string | undefined;
  #payloadTypes: ReadonlySet<number> | undefined;
  #windowEndsMs = 0;
  #source: Endpoint | undefined;
  #lastFromSourceMs = 0;
  #candidates: Candidate[] = [];

  constructor(allowPrivate: boolean) {
    this.#allowPrivate = allowPrivate;
  }

  /** The locked source. */
  get source(): Endpoint | undefined {
    return this.#source;
  }

  /** Where to send: the locked source, before that the SDP's address when media may go there. */
  get target(): Endpoint | undefined {
    return this.#source ?? this.#exact;
  }

  /** The address of the peer's SDP when media may go there. */
  get sdpAddress(): string | undefined {
    return this.#exact?.address;
  }

  /**
   * Takes the peer's addresses after an offer or answer, and opens the window. A peer whose SDP did not change keeps
   * its source. Returns false when media may go to none of the addresses; then nothing is accepted.
   */
  update(peer: PeerAddresses, nowMs: number): boolean {
    const sdpAddress = this.#permitted(peer.address);
    const exact = sdpAddress === undefined ? undefined : { address: sdpAddress, port: peer.rtpPort };
    const signallingAddress = this.#permitted(peer.signallingAddress);
    const moved = !sameOptional(exact, this.#exact) || signallingAddress !== this.#signallingAddress;
    this.#exact = exact;
    this.#signallingAddress = signallingAddress;
    this.#payloadTypes = peer.payloadTypes === undefined ? undefined : new Set(peer.payloadTypes);
    if (moved) this.#source = undefined;
    this.openWindow(nowMs);
    return exact !== undefined || signallingAddress !== undefined;
  }

  /** As after an offer or answer that changed nothing. */
  openWindow(nowMs: number): void {
    this.#windowEndsMs = nowMs + WINDOW_MS;
    this.#candidates = [];
  }

  /** Forgets the peer: nothing is accepted. */
  reset(): void {
    this.#exact = undefined;
    this.#signallingAddress = undefined;
    this.#source = undefined;
    this.#candidates = [];
  }

  /** A packet from the locked source came. */
  onSourcePacket(nowMs: number): void {
    this.#lastFromSourceMs = nowMs;
  }

  /** Judges a packet whose source is not (yet) the locked one. */
  judge(from: Endpoint, ssrc: number, sequence: number, payloadType: number, nowMs: number): Verdict {
    if (this.#source !== undefined && sameEndpoint(this.#source, from)) {
      this.#lastFromSourceMs = nowMs;
      return 'accept';
    }
    const rank = this.#rank(from);
    if (rank === FOREIGN || !this.#mayReplaceSource(rank, nowMs)) return 'drop';
    if (this.#payloadTypes !== undefined && !this.#payloadTypes.has(payloadType)) return 'drop';
    if (rank !== EXACT && !this.#isCredible(from, ssrc, sequence, nowMs)) return 'drop';
    this.#source = from;
    this.#lastFromSourceMs = nowMs;
    this.#candidates = [];
    return 'accept';
  }

  #permitted(text: string): string | undefined {
    const address = canonicalAddress(text);
    return address !== undefined && mayReceiveMedia(address, this.#allowPrivate) ? address : undefined;
  }

  #rank(from: Endpoint): number {
    if (from.address === this.#exact?.address) return from.port === this.#exact.port ? EXACT : SDP_ADDRESS;
    return from.address === this.#signallingAddress ? SIGNALLING_ADDRESS : FOREIGN;
  }

  #mayReplaceSource(rank: number, nowMs: number): boolean {
    if (this.#source === undefined) return true;
    const silentMs = nowMs - this.#lastFromSourceMs;
    if (nowMs >= this.#windowEndsMs) return silentMs >= SILENCE_MS;
    return rank > this.#rank(this.#source) || silentMs >= WINDOW_SILENCE_MS;
  }

  /** Counts packets of a source; true at the fourth in a row. */
  #isCredible(from: Endpoint, ssrc: number, sequence: number, nowMs: number): boolean {
    let candidate = this.#candidates.find((known) => sameEndpoint(known.endpoint, from));
    if (candidate === undefined) {
      candidate = { endpoint: from, ssrc, sequence, packets: 0, lastMs: nowMs };
      if (this.#candidates.length === MAX_CANDIDATES) this.#candidates.shift();
      this.#candidates.push(candidate);
    }
    const step = (sequence - candidate.sequence) & 0xffff;
    const follows = candidate.ssrc === ssrc && step > 0 && step < 0x8000 && nowMs - candidate.lastMs < SILENCE_MS;
    candidate.packets = follows ? candidate.packets + 1 : 1;
    candidate.ssrc = ssrc;
    candidate.sequence = sequence;
    candidate.lastMs = nowMs;
    return candidate.packets >= PACKETS_TO_LEARN;
  }
}

function sameOptional(left: Endpoint | undefined, right: Endpoint | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return sameEndpoint(left, right);
}
