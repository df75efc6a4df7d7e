import { err, ok, type Result } from '@manyline/kernel';
import type { MediaDescription, SdpAttribute, SessionDescription } from './session-description.ts';

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** The audio stream of a session description, as a relay needs it. */
export interface AudioMedia {
  /** Position of its m= line. */
  readonly index: number;
  /** Where the peer wants RTP, as written: an IP address or, rarely, a host name. */
  readonly address: string;
  readonly port: number;
  /** From `a=rtcp` (RFC 3605), else port + 1. `a=rtcp-mux` is not heeded: we never agree to it. */
  readonly rtcpPort: number;
  /** Upper case: `RTP/AVP`. */
  readonly profile: string;
  /** Payload types in the peer's order, as written. */
  readonly formats: readonly string[];
  /** At media level, else at session level, else `sendrecv` (RFC 8866 §6.7). */
  readonly direction: Direction;
  /** Port 0: the stream is refused or disabled. */
  readonly rejected: boolean;
  /** The peer does not want to hear us: `sendonly`, `inactive` or the address 0.0.0.0 (RFC 3264 §8.4), or sends nothing: `recvonly`. */
  readonly onHold: boolean;
}

export interface UnusableAudio {
  readonly code: 'no-audio' | 'audio-rejected' | 'profile-not-supported' | 'no-formats' | 'no-address';
  /** For logs. */
  readonly detail: string;
}

const SUPPORTED_PROFILES = new Set(['RTP/AVP', 'RTP/AVPF']);
const DIRECTIONS = new Set(['sendrecv', 'sendonly', 'recvonly', 'inactive']);

/** The audio stream that we would use: the first usable m=audio, else the first m=audio, else undefined. */
export function audioOf(sdp: SessionDescription): AudioMedia | undefined {
  let first: AudioMedia | undefined;
  for (let index = 0; index < sdp.media.length; index++) {
    const media = sdp.media[index]!;
    if (media.media !== 'audio') continue;
    const audio = readAudio(sdp, media, index);
    if (problemOf(audio) === undefined) return audio;
    first ??= audio;
  }
  return first;
}

/** The audio stream when we can relay it now, else why not; an offer without one is answered 488. */
export function usableAudio(sdp: SessionDescription): Result<AudioMedia, UnusableAudio> {
  const audio = audioOf(sdp);
  if (audio === undefined) return err({ code: 'no-audio', detail: 'there is no m=audio line' });
  const problem = problemOf(audio);
  return problem === undefined ? ok(audio) : err(problem);
}

function readAudio(sdp: SessionDescription, media: MediaDescription, index: number): AudioMedia {
  const address = (media.connection ?? sdp.connection)?.address ?? '';
  const direction = directionOf(media.attributes) ?? directionOf(sdp.attributes) ?? 'sendrecv';
  return {
    index,
    address,
    port: media.port,
    rtcpPort: rtcpPortOf(media),
    profile: media.protocol.toUpperCase(),
    formats: media.formats,
    direction,
    rejected: media.port === 0,
    onHold: direction !== 'sendrecv' || isUnspecified(address),
  };
}

function problemOf(audio: AudioMedia): UnusableAudio | undefined {
  if (audio.rejected) return { code: 'audio-rejected', detail: 'the port of m=audio is 0' };
  if (!SUPPORTED_PROFILES.has(audio.profile)) {
    return { code: 'profile-not-supported', detail: `the profile ${audio.profile} is not supported` };
  }
  if (!audio.formats.some(isPayloadType)) return { code: 'no-formats', detail: 'm=audio names no payload type' };
  if (audio.address === '') return { code: 'no-address', detail: 'there is no c= line for m=audio' };
  return undefined;
}

/** RFC 3551 §3: a payload type is 0–127. */
export function isPayloadType(format: string): boolean {
  return /^\d{1,3}$/.test(format) && Number(format) <= 127;
}

/** 0.0.0.0 and :: say "on hold" (RFC 3264 §8.4). */
export function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

function directionOf(attributes: readonly SdpAttribute[]): Direction | undefined {
  for (const { name, value } of attributes) {
    if (value === undefined && DIRECTIONS.has(name)) return name as Direction;
  }
  return undefined;
}

function rtcpPortOf(media: MediaDescription): number {
  for (const { name, value } of media.attributes) {
    if (name !== 'rtcp' || value === undefined) continue;
    const port = /^(\d{1,5})(?: |$)/.exec(value)?.[1];
    if (port !== undefined && Number(port) > 0 && Number(port) <= 65_535) return Number(port);
  }
  return media.port === 0 ? 0 : Math.min(media.port + 1, 65_535);
}
