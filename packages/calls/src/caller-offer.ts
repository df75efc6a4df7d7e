import { err, ok, type Result } from '@manyline/kernel';
import { answerFor, type SessionDescription } from '@manyline/sdp';
import type { SipRequest } from '@manyline/sip';
import { type DescribedAudio, readDescribedAudio } from './described-audio.ts';
import type { MediaLeg } from './media-leg.ts';

export interface RefusedOffer {
  readonly statusCode: 400 | 415 | 488;
  readonly headers: readonly [string, string][];
}

/** What the INVITE offers, or null when it has no SDP and asks us to offer; 415, 400 or 488 for what we cannot take. */
export function readOffer(request: SipRequest): Result<DescribedAudio | null, RefusedOffer> {
  if (request.body.length === 0) return ok(null);
  if (request.contentType !== 'application/sdp') {
    return err({ statusCode: 415, headers: [['Accept', 'application/sdp']] });
  }
  const described = readDescribedAudio(request.body);
  if (described.ok) return described;
  const { statusCode, detail } = described.error;
  return err({ statusCode, headers: [['Warning', `399 manyline "${detail.replaceAll(/["\\]/g, '')}"`]] });
}

/** Another party's answer as the offerer's answer: our address and ports in the offer's m= lines (RFC 3264 §6). */
export function answerTo(offer: SessionDescription, answer: SessionDescription, leg: MediaLeg): SessionDescription {
  return answerFor(offer, leg.anchor(answer));
}
