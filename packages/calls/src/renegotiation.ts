import type { Reoffer } from '@manyline/sip';
import type { AnsweredLeg } from './call-control.ts';
import { answerTo } from './caller-offer.ts';
import { readDescribedAudio } from './described-audio.ts';

export interface RenegotiationOptions {
  readonly a: AnsweredLeg;
  readonly b: AnsweredLeg;
  /** A party said that it knows nothing of the dialog, or fell silent (RFC 3261 §12.2.1.2). */
  readonly onLost: () => void;
}

/** Carries offers and answers between the two parties of a call that is up: hold, resume, another codec, another address. */
export class Renegotiation {
  readonly #options: RenegotiationOptions;
  /** Legs whose next ACK brings the answer to an offer of ours, and whether the other party has to hear of it. */
  readonly #answerExpected = new Map<AnsweredLeg, 'for-us' | 'for-both'>();

  constructor(options: RenegotiationOptions) {
    this.#options = options;
  }

  watch(): void {
    const { a, b } = this.#options;
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      from.session.on('reoffer', (reoffer) => {
        this.#renegotiate(reoffer, from, to).catch(() => reoffer.reject(500));
      });
      from.session.on('answer', (body) => {
        this.#receiveAnswer(from, to, body).catch(() => {});
      });
    }
  }

  /** Our 2xx to that side carries an offer; its ACK will bring the answer. */
  expectAnswerOf(side: 'a' | 'b'): void {
    this.#answerExpected.set(this.#options[side], 'for-us');
  }

  async #receiveAnswer(from: AnsweredLeg, to: AnsweredLeg, body: Buffer): Promise<void> {
    const audience = this.#answerExpected.get(from);
    this.#answerExpected.delete(from);
    const answer = audience === undefined ? undefined : readDescribedAudio(body);
    if (!answer?.ok) return;
    await from.mediaLeg.setRemote(answer.value.audio);
    if (audience === 'for-us') return;
    // What this party chose is an offer to the other: codecs and direction have to be the same on both sides.
    const outcome = await to.session.reinvite(to.mediaLeg.remember(to.mediaLeg.anchor(answer.value.sdp)));
    const confirmed = 'body' in outcome ? readDescribedAudio(outcome.body) : undefined;
    if (confirmed?.ok) await to.mediaLeg.setRemote(confirmed.value.audio);
  }

  async #renegotiate(reoffer: Reoffer, from: AnsweredLeg, to: AnsweredLeg): Promise<void> {
    if (reoffer.offer === null) {
      // A re-INVITE without SDP asks for our offer; the ACK brings the answer, and that goes to the other party.
      this.#answerExpected.set(from, 'for-both');
      reoffer.accept(from.mediaLeg.offer());
      return;
    }
    const offer = readDescribedAudio(reoffer.offer);
    if (!offer.ok) {
      reoffer.reject(offer.error.statusCode);
      return;
    }
    const outcome = await to.session.reinvite(to.mediaLeg.remember(to.mediaLeg.anchor(offer.value.sdp)));
    if ('statusCode' in outcome) {
      const lost = outcome.statusCode === 481 || outcome.statusCode === 408;
      reoffer.reject(lost ? 481 : refusalFor(outcome.statusCode));
      if (lost) this.#options.onLost();
      return;
    }
    const answer = readDescribedAudio(outcome.body);
    if (!answer.ok) {
      reoffer.reject(488);
      return;
    }
    const { sdp, audio } = answer.value;
    try {
      await Promise.all([from.mediaLeg.setRemote(offer.value.audio), to.mediaLeg.setRemote(audio)]);
    } catch {
      // Media may not go there, or the media process is away: what was agreed before stays.
      reoffer.reject(488);
      return;
    }
    reoffer.accept(from.mediaLeg.remember(answerTo(offer.value.sdp, sdp, from.mediaLeg)));
  }
}

/** What the other party's refusal of a re-INVITE is for the one who asked; the session goes on either way. */
function refusalFor(statusCode: number): number {
  return statusCode === 491 || statusCode === 488 || statusCode === 606 ? statusCode : 488;
}
