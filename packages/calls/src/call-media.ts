import type { LegStatistics } from '@manyline/media';
import type { CallQuality } from '@manyline/pbx';
import type { AudioMedia } from '@manyline/sdp';
import type { Flow } from '@manyline/sip';
import { MediaLeg, remoteOf } from './media-leg.ts';
import type { MediaPort } from './ports.ts';

/** The media of one call: a session of the media process with a leg for every party. */
export class CallMedia {
  readonly #media: MediaPort;
  readonly #sessionId: string;
  readonly #sdpSessionId: string;
  #legCount = 0;
  #opened = false;

  constructor(media: MediaPort, sessionId: string, nowMs: number) {
    this.#media = media;
    this.#sessionId = sessionId;
    this.#sdpSessionId = String(nowMs);
  }

  /**
   * Opens a leg for the peer of each flow, in that order; rejects when the media process is away or out of ports.
   * `firstAudio`, when the first peer has described it already, goes the same way at once: its `setRemote` is done then.
   */
  async open(flows: readonly Flow[], firstAudio?: AudioMedia): Promise<MediaLeg[]> {
    const legIds = flows.map(() => `leg${this.#legCount++}`);
    this.#opened = true;
    const opening = this.#media.openLegs(this.#sessionId, legIds);
    const telling =
      firstAudio === undefined
        ? undefined
        : this.#media.updateLeg(this.#sessionId, legIds[0]!, remoteOf(firstAudio, flows[0]!.remoteAddress));
    const [opened] = await Promise.all([opening, telling]);
    return opened.map(({ legId, rtpPort, rtcpPort }, index) => {
      const flow = flows[index]!;
      return new MediaLeg({
        media: this.#media,
        sessionId: this.#sessionId,
        legId,
        localAddress: flow.localAddress,
        rtpPort,
        rtcpPort,
        signallingAddress: flow.remoteAddress,
        sdpSessionId: this.#sdpSessionId,
      });
    });
  }

  connect(a: MediaLeg, b: MediaLeg): Promise<void> {
    return this.#media.connectLegs(this.#sessionId, a.legId, b.legId);
  }

  async closeLegs(legs: readonly MediaLeg[]): Promise<void> {
    if (legs.length === 0) return;
    await this.#media.closeLegs(
      this.#sessionId,
      legs.map(({ legId }) => legId),
    );
  }

  /** Closes all legs; the quality is that of the worst one. */
  async close(): Promise<CallQuality> {
    if (!this.#opened) return qualityOf([]);
    return qualityOf(await this.#media.closeSession(this.#sessionId));
  }
}

/** Loss and jitter of the leg that fared worst; null where no packet came. */
function qualityOf(legs: readonly LegStatistics[]): CallQuality {
  const heard = legs.filter(({ packetsReceived }) => packetsReceived > 0);
  if (heard.length === 0) return { lossPercent: null, jitterMs: null, mos: null };
  const losses = heard.map(({ packetsLost, packetsReceived }) => (100 * packetsLost) / (packetsLost + packetsReceived));
  return {
    lossPercent: roundToTenth(Math.max(...losses)),
    jitterMs: roundToTenth(Math.max(...heard.map(({ jitterMs }) => jitterMs))),
    mos: null,
  };
}

function roundToTenth(value: number): number {
  return Math.round(value * 10) / 10;
}
