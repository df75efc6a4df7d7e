import { isIP } from 'node:net';
import type { LegRemote } from '@manyline/media';
import { type AudioMedia, anchorSdp, createOffer, type LocalMedia, type SessionDescription } from '@manyline/sdp';
import type { MediaPort } from './ports.ts';

export interface MediaLegOptions {
  readonly media: MediaPort;
  readonly sessionId: string;
  readonly legId: string;
  /** Our address as this leg's peer reaches it. */
  readonly localAddress: string;
  readonly rtpPort: number;
  readonly rtcpPort: number;
  /** The source address of the peer's SIP messages. */
  readonly signallingAddress: string;
  /** Decimal, for the o= line. */
  readonly sdpSessionId: string;
}

/** One party's end of the media: our description towards it, and what the media process knows of where it is. */
export class MediaLeg {
  readonly legId: string;
  readonly #options: MediaLegOptions;
  #version = 0;
  #described: Buffer | undefined;

  constructor(options: MediaLegOptions) {
    this.#options = options;
    this.legId = options.legId;
  }

  /** The description that this peer was last sent. */
  get described(): Buffer | undefined {
    return this.#described;
  }

  /** Another party's description as this peer is to see it: ours in address and ports, theirs in codecs. */
  anchor(sdp: SessionDescription): SessionDescription {
    return anchorSdp(sdp, this.#nextLocal());
  }

  /** An offer of our own. */
  offer(): Buffer {
    return this.remember(createOffer(this.#nextLocal()));
  }

  /** Serialises a description for this peer and keeps it as the last one. */
  remember(sdp: SessionDescription): Buffer {
    this.#described = Buffer.from(sdp.toString());
    return this.#described;
  }

  /** Tells the media process where the peer is now; the learning window starts anew. */
  setRemote(audio: AudioMedia): Promise<void> {
    const { media, sessionId, legId, signallingAddress } = this.#options;
    return media.updateLeg(sessionId, legId, remoteOf(audio, signallingAddress));
  }

  #nextLocal(): LocalMedia {
    const { localAddress, rtpPort, rtcpPort, sdpSessionId } = this.#options;
    this.#version += 1;
    return { address: localAddress, rtpPort, rtcpPort, sessionId: sdpSessionId, sessionVersion: this.#version };
  }
}

/** Where the media process is to send to, for a party that described its audio so; null when it wants none. */
export function remoteOf(audio: AudioMedia, signallingAddress: string): LegRemote | null {
  const isUnspecified = audio.address === '0.0.0.0' || audio.address === '::';
  if (audio.rejected || isUnspecified) return null;
  return {
    // A host name in c= is not looked up: the phone is where its signalling comes from.
    address: isIP(audio.address) === 0 ? signallingAddress : audio.address,
    rtpPort: audio.port,
    rtcpPort: audio.rtcpPort,
    signallingAddress,
    onHold: audio.onHold,
  };
}
