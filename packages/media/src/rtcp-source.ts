import { type Endpoint, sameEndpoint } from './endpoint.ts';
import type { SourceLearning } from './source-learning.ts';

/** RTCP comes every few seconds (RFC 3550 §6.2), so its source counts as silent only after this long. */
const SILENCE_MS = 15_000;

/**
 * Decides from which source a leg accepts RTCP, and where it sends it. It follows what RTP has learned and never
 * teaches it: from the SDP's RTCP address and port, else from the address that RTP comes from.
 */
export class RtcpSource {
  readonly #rtp: SourceLearning;
  #rtcpPort = 0;
  #source: Endpoint | undefined;
  #lastFromSourceMs = 0;

  constructor(rtp: SourceLearning) {
    this.#rtp = rtp;
  }

  /** After an offer or answer, once the RTP side has taken it. */
  update(rtcpPort: number): void {
    this.#rtcpPort = rtcpPort;
    this.#source = undefined;
  }

  get target(): Endpoint | undefined {
    if (this.#source !== undefined) return this.#source;
    const rtp = this.#rtp.target;
    // Behind a NAT the peer's RTCP port is not the one it wrote: wait until it has sent.
    if (rtp === undefined || rtp.address !== this.#rtp.sdpAddress) return undefined;
    return { address: rtp.address, port: this.#rtcpPort };
  }

  accepts(from: Endpoint, nowMs: number): boolean {
    if (this.#source !== undefined && sameEndpoint(this.#source, from)) {
      this.#lastFromSourceMs = nowMs;
      return true;
    }
    if (this.#source !== undefined && nowMs - this.#lastFromSourceMs < SILENCE_MS) return false;
    const isExact = from.address === this.#rtp.sdpAddress && from.port === this.#rtcpPort;
    if (!isExact && from.address !== this.#rtp.source?.address) return false;
    this.#source = from;
    this.#lastFromSourceMs = nowMs;
    return true;
  }
}
