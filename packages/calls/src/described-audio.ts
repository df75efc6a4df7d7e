import { err, ok, type Result } from '@manyline/kernel';
import { type AudioMedia, parseSdp, type SessionDescription, usableAudio } from '@manyline/sdp';

/** A session description together with the audio stream of it that we relay. */
export interface DescribedAudio {
  readonly sdp: SessionDescription;
  readonly audio: AudioMedia;
}

export interface UnusableDescription {
  /** 400 for broken SDP, 488 for media that we cannot relay. */
  readonly statusCode: 400 | 488;
  readonly detail: string;
}

/** Reads an SDP body. */
export function readDescribedAudio(body: Buffer): Result<DescribedAudio, UnusableDescription> {
  const parsed = parseSdp(body.toString());
  if (!parsed.ok) return err({ statusCode: 400, detail: `SDP line ${parsed.error.line}: ${parsed.error.reason}` });
  const audio = usableAudio(parsed.value);
  if (!audio.ok) return err({ statusCode: 488, detail: audio.error.detail });
  return ok({ sdp: parsed.value, audio: audio.value });
}
