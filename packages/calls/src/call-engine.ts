import { type Clock, err, type Logger, newId, ok, type Result } from '@manyline/kernel';
import {
  brokenCallLimit,
  type LiveCall,
  type LocalUser,
  type RoutingReason,
  route,
  type TenantSnapshot,
} from '@manyline/pbx';
import type { IncomingInvite, UserAgent } from '@manyline/sip';
import { Call } from './call.ts';
import { CallCounters } from './call-counters.ts';
import { CallMedia } from './call-media.ts';
import { callDetailRecord } from './call-record.ts';
import { readOffer } from './caller-offer.ts';
import type { DescribedAudio } from './described-audio.ts';
import type { CallObserver, LocationPort, MediaPort } from './ports.ts';
import { clearing, MEDIA_AWAY, type Release, refusal } from './release.ts';
import { callLocalUser } from './services/call-local-user.ts';

export interface CallEngineOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly userAgent: UserAgent;
  readonly media: MediaPort;
  readonly locations: LocationPort;
  readonly observer: CallObserver;
}

/** An INVITE whose caller is known: the tenant's snapshot and the user whose credentials it carried. */
export interface CallRequest {
  readonly invite: IncomingInvite;
  readonly tenant: TenantSnapshot;
  readonly caller: LocalUser;
  /** The caller keeps his identity from the callee (RFC 3323). */
  readonly anonymous: boolean;
  /** The user part of the Request-URI, unescaped. */
  readonly called: string;
}

/** What names a call from its first moment on. */
interface CallIdentity {
  readonly id: string;
  readonly tenantId: string;
  readonly callId: string;
  readonly caller: string;
  readonly called: string;
  readonly startedAt: number;
}

interface Admission {
  readonly offer: DescribedAudio | null;
  readonly user: LocalUser;
  readonly reasons: readonly RoutingReason[];
}

interface Refusal {
  readonly release: Release;
  readonly reasons: readonly RoutingReason[];
  readonly headers: readonly [string, string][];
}

/** All calls of a worker: routes each new one to its service and writes its record when it is over. */
export class CallEngine {
  readonly #options: CallEngineOptions;
  readonly #calls = new Map<string, Call>();
  readonly #counters = new CallCounters();
  #stopped = false;
  #idle: Promise<void> | undefined;
  #onIdle: (() => void) | undefined;

  constructor(options: CallEngineOptions) {
    this.#options = options;
  }

  /** Calls in progress, ringing ones included. */
  get size(): number {
    return this.#calls.size;
  }

  /** Takes a call on and sees it to its end. Never rejects. */
  async handle(request: CallRequest): Promise<void> {
    const identity = identify(request, this.#options.clock.now());
    try {
      const admission = this.#admit(request);
      if (admission.ok) await this.#run(identity, request, admission.value);
      else this.#refuse(identity, request.invite, admission.error);
    } catch (error) {
      this.#options.logger.error({ err: error, callId: identity.callId }, 'a call failed');
      request.invite.reject(500);
    }
  }

  /** Refuses a call that cannot be made whatever the routing says, and records it. */
  refuse(request: CallRequest, statusCode: number, headers: readonly [string, string][]): void {
    const identity = identify(request, this.#options.clock.now());
    const release = refusal('rejected', statusCode === 404 ? 'unallocated-number' : 'not-acceptable', statusCode);
    this.#refuse(identity, request.invite, { release, reasons: [], headers });
  }

  /** Whether a call may be made at all, and where it goes. */
  #admit({ invite, tenant, caller, called }: CallRequest): Result<Admission, Refusal> {
    const decision = route(tenant, { caller, called });
    const { reasons } = decision;
    if (this.#stopped) {
      return err({ release: refusal('failed', 'server-shutdown', 503), reasons, headers: [['Retry-After', '10']] });
    }
    const offer = readOffer(invite.request);
    if (!offer.ok) {
      const { statusCode, headers } = offer.error;
      return err({ release: refusal('rejected', 'not-acceptable', statusCode), reasons, headers });
    }
    const limit = brokenCallLimit(tenant, caller, this.#counters.countsFor(tenant.id, caller.id));
    if (limit !== undefined) {
      const reason: RoutingReason = { code: limit, text: 'The limit of concurrent calls is reached.' };
      const release = { ...refusal('rejected', 'limit-reached', 403), reasonPhrase: 'Call Limit Reached' };
      return err({ release, reasons: [...reasons, reason], headers: [] });
    }
    if (decision.kind === 'reject') {
      return err({ release: refusal('rejected', decision.cause, decision.sipStatus), reasons, headers: [] });
    }
    return ok({ offer: offer.value, user: decision.user, reasons });
  }

  #refuse(identity: CallIdentity, invite: IncomingInvite, { release, reasons, headers }: Refusal): void {
    invite.reject(release.sipStatus ?? 500, { reasonPhrase: release.reasonPhrase, headers });
    const endedAt = this.#options.clock.now();
    this.#options.observer.ended(
      callDetailRecord({ ...identity, answeredAt: null, endedAt, release, reasons, quality: NO_QUALITY }),
    );
  }

  async #run(identity: CallIdentity, request: CallRequest, { offer, user, reasons }: Admission): Promise<void> {
    const { clock, logger, userAgent, locations, observer } = this.#options;
    const { invite, tenant, caller, called } = request;
    const media = new CallMedia(this.#options.media, identity.id, identity.startedAt);
    let answeredAt: number | null = null;
    const call = new Call({
      clock,
      logger,
      userAgent,
      invite,
      offer,
      tenant,
      caller,
      anonymous: request.anonymous,
      called,
      media,
      devicesOf: (callee) => locations.targetsOf(tenant.id, callee),
      // The call itself is counted already.
      callsOf: (callee) => this.#counters.countsFor(tenant.id, callee.id).caller - 1,
      onAnswered: () => {
        answeredAt = clock.now();
        observer.answered(liveCall(identity, answeredAt));
      },
    });
    this.#calls.set(identity.id, call);
    const leave = this.#counters.enter(tenant.id, caller.id, user.id);
    observer.started(liveCall(identity, null));
    const release = await call.run(callLocalUser(user));
    const endedAt = clock.now();
    leave();
    const quality = await media.close().catch(() => NO_QUALITY);
    observer.ended(callDetailRecord({ ...identity, answeredAt, endedAt, release, reasons, quality }));
    this.#calls.delete(identity.id);
    if (this.#calls.size === 0) this.#onIdle?.();
  }

  /** The media process hears nothing on a leg of this call any more. */
  mediaTimedOut(callId: string): void {
    const call = this.#calls.get(callId);
    // Early media may pause for as long as the callee lets it ring.
    if (call?.answered) call.release(clearing('server', 'media-timeout'));
  }

  /** The media process was restarted and knows nothing of this call. */
  mediaLost(callId: string): void {
    const call = this.#calls.get(callId);
    call?.release(call.answered ? clearing('server', 'server-failure') : MEDIA_AWAY);
  }

  /**
   * Refuses new calls, lets the old ones go on for `drainMs`, ends what is left; resolves when all records are out.
   * A second call with a shorter time hurries the first.
   */
  async stop(drainMs: number): Promise<void> {
    this.#stopped = true;
    if (this.#calls.size === 0) return;
    this.#idle ??= new Promise((resolve) => {
      this.#onIdle = resolve;
    });
    const timer = this.#options.clock.after(drainMs, () => {
      for (const call of this.#calls.values()) call.release(refusal('failed', 'server-shutdown', 503));
    });
    await this.#idle;
    timer.cancel();
  }
}

const NO_QUALITY = { lossPercent: null, jitterMs: null, mos: null } as const;

/** Longer Call-IDs are cut in records. */
const LONGEST_CALL_ID = 256;
const LONGEST_CALLED = 128;

function identify({ invite, tenant, caller, called }: CallRequest, startedAt: number): CallIdentity {
  return {
    id: newId(startedAt),
    tenantId: tenant.id,
    callId: invite.request.callId.slice(0, LONGEST_CALL_ID),
    caller: caller.number,
    called: called.slice(0, LONGEST_CALLED),
    startedAt,
  };
}

function liveCall({ startedAt, ...identity }: CallIdentity, answeredAt: number | null): LiveCall {
  return {
    ...identity,
    startedAt: new Date(startedAt).toISOString(),
    answeredAt: answeredAt === null ? null : new Date(answeredAt).toISOString(),
  };
}
