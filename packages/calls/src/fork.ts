import type { Clock, Timer } from '@manyline/kernel';
import type { Invitation, InviteSession, OutgoingInvite, SipResponse, UserAgent } from '@manyline/sip';
import type { MediaLeg } from './media-leg.ts';

/** One device to ring, with its media. */
export interface Branch {
  readonly invitation: Invitation;
  readonly mediaLeg: MediaLeg;
}

export type ForkOutcome =
  | {
      readonly kind: 'answered';
      readonly branch: Branch;
      readonly session: InviteSession;
      readonly response: SipResponse;
    }
  | { readonly kind: 'failed'; readonly statusCode: number }
  | { readonly kind: 'no-answer' }
  | { readonly kind: 'aborted' };

export interface ForkOptions {
  readonly clock: Clock;
  readonly userAgent: UserAgent;
  readonly branches: readonly Branch[];
  readonly ringSeconds: number;
  readonly signal: AbortSignal;
  readonly onProgress: (branch: Branch, response: SipResponse) => void;
}

/**
 * Rings several devices at once: the first 2xx wins and all others are cancelled; a 6xx ends the search
 * (RFC 3261 §16.7 step 5); when all fail the best answer counts.
 */
export function ringInParallel(options: ForkOptions): Promise<ForkOutcome> {
  return new Promise((resolve) => new Fork(options, resolve).start());
}

class Fork {
  readonly #options: ForkOptions;
  readonly #resolve: (outcome: ForkOutcome) => void;
  readonly #ringing = new Set<OutgoingInvite>();
  readonly #failures: number[] = [];
  #timer: Timer | undefined;
  #settled = false;
  readonly #onAbort = (): void => this.#settle({ kind: 'aborted' });

  constructor(options: ForkOptions, resolve: (outcome: ForkOutcome) => void) {
    this.#options = options;
    this.#resolve = resolve;
  }

  start(): void {
    const { signal, clock, ringSeconds, branches } = this.#options;
    if (signal.aborted) {
      this.#settle({ kind: 'aborted' });
      return;
    }
    signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#timer = clock.after(ringSeconds * 1000, () => this.#settle({ kind: 'no-answer' }));
    for (const branch of branches) this.#ring(branch);
  }

  #ring(branch: Branch): void {
    if (this.#settled) return;
    const { userAgent, onProgress } = this.#options;
    let failed = false;
    const invite = userAgent.invite(branch.invitation, {
      onProgress: (response) => {
        if (!this.#settled) onProgress(branch, response);
      },
      onAnswered: (session, response) => {
        this.#ringing.delete(invite);
        if (this.#settled) session.bye();
        else this.#settle({ kind: 'answered', branch, session, response });
      },
      onFailed: (statusCode) => {
        failed = true;
        this.#ringing.delete(invite);
        this.#fail(statusCode);
      },
    });
    // A send may fail at once, before `invite` was assigned.
    if (!failed) this.#ringing.add(invite);
    if (this.#settled) invite.cancel();
  }

  #fail(statusCode: number): void {
    this.#failures.push(statusCode);
    if (this.#settled) return;
    if (statusCode >= 600 || this.#failures.length === this.#options.branches.length) {
      this.#settle({ kind: 'failed', statusCode: bestFailure(this.#failures) });
    }
  }

  #settle(outcome: ForkOutcome): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#timer?.cancel();
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    for (const invite of [...this.#ringing]) invite.cancel();
    this.#ringing.clear();
    this.#resolve(outcome);
  }
}

/** A 6xx first, then busy and refusals by a person, then the lowest class (after RFC 3261 §16.7 step 6). */
function bestFailure(statusCodes: readonly number[]): number {
  return statusCodes.reduce((best, statusCode) => (rank(statusCode) < rank(best) ? statusCode : best));
}

function rank(statusCode: number): number {
  if (statusCode >= 600) return 0;
  if (statusCode === 486) return 1;
  if (statusCode === 403 || statusCode === 488) return 2;
  if (statusCode === 480) return 3;
  if (statusCode < 500 && statusCode !== 408) return 4;
  return 5;
}
