import { type Clock, err, type Logger, ok, type Result, type Timer } from '@manyline/kernel';
import type { LocalUser, TenantSnapshot } from '@manyline/pbx';
import type { IncomingInvite, InviteSession, SipResponse, UserAgent } from '@manyline/sip';
import type { AnsweredLeg, CallControl, DialOptions, DialOutcome, Service } from './call-control.ts';
import type { CallMedia } from './call-media.ts';
import { answerTo } from './caller-offer.ts';
import { type DescribedAudio, readDescribedAudio } from './described-audio.ts';
import { type Branch, ringInParallel } from './fork.ts';
import { invitationFor } from './invitation.ts';
import type { MediaLeg } from './media-leg.ts';
import type { DialTarget } from './ports.ts';
import {
  CALLER_GAVE_UP,
  CALLER_LOST,
  clearing,
  HUNG_UP_AT_ONCE,
  NOBODY_ANSWERED,
  type Release,
  refusal,
  releaseForFailure,
  releaseForMediaError,
} from './release.ts';
import { Renegotiation } from './renegotiation.ts';

export interface CallOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly userAgent: UserAgent;
  readonly invite: IncomingInvite;
  /** Null when the INVITE has no SDP and asks us to offer. */
  readonly offer: DescribedAudio | null;
  readonly tenant: TenantSnapshot;
  readonly caller: LocalUser;
  readonly anonymous: boolean;
  readonly called: string;
  readonly media: CallMedia;
  readonly devicesOf: (user: LocalUser) => readonly DialTarget[];
  readonly callsOf: (user: LocalUser) => number;
  readonly onAnswered: () => void;
}

/** Words that a session's end gives to the record of the call. */
const SESSION_END_CAUSES = {
  'peer-bye': 'normal-clearing',
  'local-bye': 'normal-clearing',
  'ack-timeout': 'ack-timeout',
  'not-established': 'network-failure',
} as const;

/**
 * One call through the server, a back-to-back user agent: the caller's dialog on one side, those of the devices rung on
 * the other, and their media. It does what the service script asks for.
 */
export class Call implements CallControl {
  readonly #options: CallOptions;
  readonly #release = new AbortController();
  #callerLeg: MediaLeg | undefined;
  #ringingSent = false;
  #durationTimer: Timer | undefined;

  constructor(options: CallOptions) {
    this.#options = options;
    options.invite.onCancel = (reason) => this.release(reason === 'given-up' ? CALLER_GAVE_UP : CALLER_LOST);
  }

  get tenant(): TenantSnapshot {
    return this.#options.tenant;
  }

  get caller(): LocalUser {
    return this.#options.caller;
  }

  get called(): string {
    return this.#options.called;
  }

  get signal(): AbortSignal {
    return this.#release.signal;
  }

  /** Whether the caller was sent a 200. */
  get answered(): boolean {
    return this.#options.invite.answered;
  }

  devicesOf(user: LocalUser): readonly DialTarget[] {
    return this.#options.devicesOf(user);
  }

  callsOf(user: LocalUser): number {
    return this.#options.callsOf(user);
  }

  /** Ends the call from outside: the server stops, the media is silent, the duration is over. Idempotent. */
  release(release: Release): void {
    if (!this.signal.aborted) this.#release.abort(release);
  }

  /** Runs the service to its end and gives the caller what it came to. Never rejects. */
  async run(service: Service): Promise<Release> {
    let release: Release;
    try {
      release = await service(this);
    } catch (error) {
      release = this.#releaseOf(error);
    }
    this.#durationTimer?.cancel();
    const { invite } = this.#options;
    if (!invite.answered) {
      invite.reject(release.sipStatus ?? 480, {
        reasonPhrase: release.reasonPhrase,
        headers: release.sipStatus === 503 ? [['Retry-After', '10']] : [],
      });
    } else {
      invite.session.bye();
    }
    return release;
  }

  #releaseOf(error: unknown): Release {
    if (this.signal.aborted) return this.signal.reason as Release;
    this.#options.logger.error({ err: error, callId: this.#options.invite.request.callId }, 'a service failed');
    return this.#options.invite.answered
      ? clearing('server', 'server-failure')
      : refusal('failed', 'server-failure', 500);
  }

  async dial(targets: readonly DialTarget[], options: DialOptions): Promise<DialOutcome> {
    const { clock, userAgent, offer } = this.#options;
    this.signal.throwIfAborted();
    const legs = await this.#openLegs(targets);
    if (!legs.ok) return { kind: 'failed', release: legs.error };
    this.signal.throwIfAborted();

    const branches = targets.map((target, index): Branch => {
      const mediaLeg = legs.value[index]!;
      const body = offer === null ? mediaLeg.offer() : mediaLeg.remember(mediaLeg.anchor(offer.sdp));
      return {
        mediaLeg,
        invitation: invitationFor({
          target,
          body,
          tenant: this.tenant,
          caller: this.caller,
          anonymous: this.#options.anonymous,
          called: this.called,
        }),
      };
    });
    const outcome = await ringInParallel({
      clock,
      userAgent,
      branches,
      ringSeconds: options.ringSeconds,
      signal: this.signal,
      onProgress: (branch, response) => this.#passProgress(branch, response, branches.length === 1),
    });
    const winner = outcome.kind === 'answered' ? outcome.branch.mediaLeg : undefined;
    void this.#options.media.closeLegs(legs.value.filter((leg) => leg !== winner)).catch(() => {});
    switch (outcome.kind) {
      case 'answered':
        return this.#receiveAnswer(outcome.session, outcome.branch.mediaLeg, outcome.response);
      case 'no-answer':
        return { kind: 'failed', release: NOBODY_ANSWERED };
      case 'failed':
        return { kind: 'failed', release: releaseForFailure(outcome.statusCode) };
      case 'aborted':
        throw this.signal.reason;
    }
  }

  /** A media leg for each target; the caller's own is opened with the first of them. */
  async #openLegs(targets: readonly DialTarget[]): Promise<Result<MediaLeg[], Release>> {
    const { media, invite, offer, logger } = this.#options;
    const flows = targets.map(({ flow }) => flow);
    try {
      if (this.#callerLeg !== undefined) return ok(await media.open(flows));
      const [callerLeg, ...legs] = await media.open([invite.flow, ...flows], offer?.audio);
      this.#callerLeg = callerLeg;
      return ok(legs);
    } catch (error) {
      logger.warn({ err: error, callId: invite.request.callId }, 'no media for a call');
      return err(releaseForMediaError(error));
    }
  }

  /** 180 once; early media only from a call's single device, for two would talk over each other. */
  #passProgress(branch: Branch, response: SipResponse, single: boolean): void {
    const { invite, offer } = this.#options;
    const callerLeg = this.#callerLeg!;
    const early = single && offer !== null && response.body.length > 0 ? readDescribedAudio(response.body) : undefined;
    if (offer !== null && early?.ok) {
      const answer = callerLeg.remember(answerTo(offer.sdp, early.value.sdp, callerLeg));
      void branch.mediaLeg.setRemote(early.value.audio).catch(() => {});
      void this.#options.media.connect(callerLeg, branch.mediaLeg).catch(() => {});
      invite.progress(response.statusCode === 180 ? 180 : 183, { body: answer });
      this.#ringingSent ||= response.statusCode === 180;
    } else if (response.statusCode === 180 && !this.#ringingSent) {
      this.#ringingSent = true;
      invite.progress(180);
    }
  }

  async #receiveAnswer(session: InviteSession, mediaLeg: MediaLeg, response: SipResponse): Promise<DialOutcome> {
    const described = readDescribedAudio(response.body);
    if (!described.ok) {
      session.bye();
      return { kind: 'failed', release: releaseForFailure(488) };
    }
    const answer = described.value;
    const { offer } = this.#options;
    const callerLeg = this.#callerLeg!;
    try {
      await Promise.all([mediaLeg.setRemote(answer.audio), this.#options.media.connect(callerLeg, mediaLeg)]);
    } catch (error) {
      session.bye();
      return { kind: 'failed', release: releaseForMediaError(error) };
    }
    callerLeg.remember(offer === null ? callerLeg.anchor(answer.sdp) : answerTo(offer.sdp, answer.sdp, callerLeg));
    if (this.signal.aborted) {
      session.bye();
      throw this.signal.reason;
    }
    return { kind: 'answered', leg: { session, mediaLeg } };
  }

  async bridge(leg: AnsweredLeg): Promise<Release> {
    this.signal.throwIfAborted();
    if (leg.session.ended) return HUNG_UP_AT_ONCE;
    return this.#connect(leg);
  }

  #connect(leg: AnsweredLeg): Promise<Release> {
    const { invite, offer } = this.#options;
    const callerLeg = this.#callerLeg!;
    return new Promise((resolve) => {
      const callerSession = invite.session;
      const finish = (release: Release): void => {
        // The first end counts: ending one session ends the other, which comes here again.
        resolve(release);
        this.signal.removeEventListener('abort', onAbort);
        callerSession.bye();
        leg.session.bye();
      };
      const onAbort = (): void => {
        finish({ ...(this.signal.reason as Release), result: 'answered', sipStatus: null });
      };
      const renegotiation = new Renegotiation({
        a: { session: callerSession, mediaLeg: callerLeg },
        b: leg,
        onLost: () => finish(clearing('server', 'network-failure')),
      });
      callerSession.once('ended', (end) => {
        finish(clearing(end === 'peer-bye' ? 'caller' : 'server', SESSION_END_CAUSES[end]));
      });
      leg.session.once('ended', (end) => {
        finish(clearing(end === 'peer-bye' ? 'called' : 'server', SESSION_END_CAUSES[end]));
      });
      this.signal.addEventListener('abort', onAbort, { once: true });
      renegotiation.watch();
      if (offer === null) renegotiation.expectAnswerOf('a');
      invite.accept({ body: callerLeg.described ?? Buffer.alloc(0) });
      this.#options.onAnswered();
      this.#limitDuration();
    });
  }

  #limitDuration(): void {
    const { maxDurationSeconds } = this.caller;
    if (maxDurationSeconds === null || maxDurationSeconds <= 0) return;
    this.#durationTimer = this.#options.clock.after(maxDurationSeconds * 1000, () =>
      this.release(clearing('server', 'max-duration')),
    );
  }
}
