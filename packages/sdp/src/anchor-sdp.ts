import { audioOf, isPayloadType, isUnspecified } from './audio-media.ts';
import { type MediaDescription, type SdpAttribute, SessionDescription } from './session-description.ts';

/** Where our side of a stream is. `address` is an IPv4 or IPv6 address without brackets. */
export interface LocalMedia {
  readonly address: string;
  readonly rtpPort: number;
  readonly rtcpPort: number;
  /** Decimal; constant for the life of the dialog's session (RFC 3264 §8). */
  readonly sessionId: string | number;
  /** Decimal; one more with each changed description (RFC 3264 §8). */
  readonly sessionVersion: string | number;
}

/**
 * What is passed on of the audio stream. Everything else is between the peer and us, or would let media
 * go past us: ICE candidates, keys, fingerprints, rtcp-mux, identification tags.
 */
const KEPT_ATTRIBUTES = new Set(['rtpmap', 'fmtp', 'ptime', 'maxptime', 'rtcp-fb', 'silenceSupp']);

/**
 * A peer's description as we present it to the other leg: our origin, address and ports around the peer's codecs,
 * direction and hold. Only the audio stream is kept; a description without one gives one without media.
 */
export function anchorSdp(sdp: SessionDescription, local: LocalMedia): SessionDescription {
  const audio = audioOf(sdp);
  if (audio === undefined) return describe(local, []);
  const media = sdp.media[audio.index]!;
  const formats = media.formats.filter(isPayloadType);
  const attributes: SdpAttribute[] = media.attributes.filter(({ name }) => KEPT_ATTRIBUTES.has(name));
  attributes.push({ name: audio.direction, value: undefined });
  if (local.rtcpPort !== local.rtpPort + 1) attributes.push({ name: 'rtcp', value: String(local.rtcpPort) });
  const anchored: MediaDescription = {
    media: 'audio',
    port: audio.rejected ? 0 : local.rtpPort,
    protocol: media.protocol,
    formats: formats.length > 0 ? formats : ['0'],
    connection: isUnspecified(audio.address)
      ? { addressType: addressTypeOf(audio.address), address: audio.address }
      : undefined,
    bandwidths: media.bandwidths,
    attributes,
  };
  return describe(local, [anchored]);
}

/**
 * The answer to `offer`: as many m= lines in the same order (RFC 3264 §6), the audio stream of `anchoredAnswer`
 * in the place of the one we use, all others refused with port 0.
 */
export function answerFor(offer: SessionDescription, anchoredAnswer: SessionDescription): SessionDescription {
  const used = audioOf(offer)?.index;
  const answer = anchoredAnswer.media.find((media) => media.media === 'audio');
  return new SessionDescription({
    ...anchoredAnswer,
    media: offer.media.map((offered, index) => {
      if (index !== used || answer === undefined) return refused(offered);
      return { ...answer, protocol: offered.protocol };
    }),
  });
}

/** An offer of our own for an INVITE that had none: G.711, G.722 and telephone-event. */
export function createOffer(local: LocalMedia): SessionDescription {
  const attributes: SdpAttribute[] = [
    { name: 'rtpmap', value: '0 PCMU/8000' },
    { name: 'rtpmap', value: '8 PCMA/8000' },
    // RFC 3551 §4.5.2: the clock rate of G722 is written as 8000, though it samples at 16,000.
    { name: 'rtpmap', value: '9 G722/8000' },
    { name: 'rtpmap', value: '101 telephone-event/8000' },
    { name: 'fmtp', value: '101 0-16' },
    { name: 'ptime', value: '20' },
    { name: 'sendrecv', value: undefined },
  ];
  if (local.rtcpPort !== local.rtpPort + 1) attributes.push({ name: 'rtcp', value: String(local.rtcpPort) });
  return describe(local, [
    {
      media: 'audio',
      port: local.rtpPort,
      protocol: 'RTP/AVP',
      formats: ['0', '8', '9', '101'],
      connection: undefined,
      bandwidths: [],
      attributes,
    },
  ]);
}

function describe(local: LocalMedia, media: readonly MediaDescription[]): SessionDescription {
  const addressType = addressTypeOf(local.address);
  return new SessionDescription({
    origin: {
      username: '-',
      sessionId: String(local.sessionId),
      sessionVersion: String(local.sessionVersion),
      addressType,
      address: local.address,
    },
    sessionName: '-',
    connection: { addressType, address: local.address },
    bandwidths: [],
    timing: '0 0',
    attributes: [],
    media,
  });
}

function refused(offered: MediaDescription): MediaDescription {
  return {
    media: offered.media,
    port: 0,
    protocol: offered.protocol,
    formats: offered.formats,
    connection: undefined,
    bandwidths: [],
    attributes: [],
  };
}

function addressTypeOf(address: string): 'IP4' | 'IP6' {
  return address.includes(':') ? 'IP6' : 'IP4';
}
