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
  /** Legs whose next ACK brings the answer to an offer of ours. */
  readonly #answerExpected = new Set<AnsweredLeg>();

  constructor(options: RenegotiationOptions) {
    this.#options = options;
  }

  watch(): void {
    const { a, b } = this.#options;
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      from.session.on('reoffer', (reoffer) => void this.#renegotiate(reoffer, from, to));
      from.session.on('answer', (body) => this.#receiveAnswer(from, body));
    }
  }

  /** Our 2xx to that side carries an offer; its ACK will bring the answer. */
  expectAnswerOf(side: 'a' | 'b'): void {
    this.#answerExpected.add(this.#options[side]);
  }

  #receiveAnswer(leg: AnsweredLeg, body: Buffer): void {
    if (!this.#answerExpected.delete(leg)) return;
    const answer = readDescribedAudio(body);
    if (answer.ok) void leg.mediaLeg.setRemote(answer.value.audio).catch(() => {});
  }

  async #renegotiate(reoffer: Reoffer, from: AnsweredLeg, to: AnsweredLeg): Promise<void> {
    if (reoffer.offer === null) {
      // A re-INVITE without SDP asks for our offer: the description that this party has of us already.
      this.#answerExpected.add(from);
      reoffer.accept(from.mediaLeg.described ?? Buffer.alloc(0));
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
    await Promise.all([from.mediaLeg.setRemote(offer.value.audio), to.mediaLeg.setRemote(audio)]).catch(() => {});
    reoffer.accept(from.mediaLeg.remember(answerTo(offer.value.sdp, sdp, from.mediaLeg)));
  }
}

/** What the other party's refusal of a re-INVITE is for the one who asked; the session goes on either way. */
function refusalFor(statusCode: number): number {
  return statusCode === 491 || statusCode === 488 || statusCode === 606 ? statusCode : 488;
}
