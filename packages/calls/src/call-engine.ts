import { type Clock, type Logger, newId } from '@manyline/kernel';
import { brokenCallLimit, type LiveCall, type LocalUser, type RoutingReason, route, type TenantSnapshot } from '@manyline/pbx';
import type { IncomingInvite, UserAgent } from '@manyline/sip';
import { Call } from './call.ts';
import { CallCounters } from './call-counters.ts';
import { CallMedia } from './call-media.ts';
import { callDetailRecord } from './call-record.ts';
import { readOffer } from './caller-offer.ts';
import type { CallObserver, LocationPort, MediaPort } from './ports.ts';
import { clearing, type Release, refusal } from './release.ts';
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
  /** The user part of the Request-URI, unescaped. */
  readonly called: string;
}

/** All calls of a worker: routes each new one to its service and writes its record when it is over. */
export class CallEngine {
  readonly #options: CallEngineOptions;
  readonly #calls = new Map<string, Call>();
  readonly #counters = new CallCounters();
  #stopped = false;
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
    const { clock } = this.#options;
    const { invite, tenant, caller, called } = request;
    const startedAt = clock.now();
    const decision = route(tenant, { caller, called });
    const record = { id: newId(startedAt), tenantId: tenant.id, callId: invite.request.callId, caller: caller.number, called, startedAt };
    const finishRefused = (release: Release, reasons: readonly RoutingReason[], headers: readonly [string, string][] = []): void => {
      invite.reject(release.sipStatus ?? 500, { reasonPhrase: release.reasonPhrase, headers });
      this.#options.observer.ended(
        callDetailRecord({ ...record, answeredAt: null, endedAt: clock.now(), release, reasons, quality: NO_QUALITY }),
      );
    };

    if (this.#stopped) {
      finishRefused(refusal('failed', 'server-shutdown', 503), decision.reasons, [['Retry-After', '10']]);
      return;
    }
    const offer = readOffer(invite.request);
    if (!offer.ok) {
      finishRefused(refusal('rejected', 'not-acceptable', offer.error.statusCode), decision.reasons, offer.error.headers);
      return;
    }
    const limit = brokenCallLimit(tenant, caller, this.#counters.countsFor(tenant.id, caller.id));
    if (limit !== undefined) {
      const reason: RoutingReason = { code: limit, text: 'The limit of concurrent calls is reached.' };
      finishRefused({ ...refusal('rejected', 'limit-reached', 403), reasonPhrase: 'Call Limit Reached' }, [...decision.reasons, reason]);
      return;
    }
    if (decision.kind === 'reject') {
      finishRefused(refusal('rejected', decision.cause, decision.sipStatus), decision.reasons);
      return;
    }

    const media = new CallMedia(this.#options.media, record.id, startedAt);
    let answeredAt: number | null = null;
    const live = (): LiveCall => ({
      ...record,
      startedAt: new Date(startedAt).toISOString(),
      answeredAt: answeredAt === null ? null : new Date(answeredAt).toISOString(),
    });
    const call = new Call({
      id: record.id,
      clock,
      logger: this.#options.logger,
      userAgent: this.#options.userAgent,
      invite,
      offer: offer.value,
      tenant,
      caller,
      called,
      media,
      devicesOf: (user) => this.#options.locations.targetsOf(tenant.id, user),
      callsOf: (user) => this.#counters.countsFor(tenant.id, user.id).caller - (user.id === caller.id ? 1 : 0),
      onAnswered: () => {
        answeredAt = clock.now();
        this.#options.observer.answered(live());
      },
    });
    this.#calls.set(call.id, call);
    const leave = this.#counters.enter(tenant.id, caller.id, decision.user.id);
    this.#options.observer.started(live());
    const release = await call.run(callLocalUser(decision.user));
    leave();
    const endedAt = clock.now();
    const quality = await media.close().catch(() => NO_QUALITY);
    this.#options.observer.ended(callDetailRecord({ ...record, answeredAt, endedAt, release, reasons: decision.reasons, quality }));
    this.#calls.delete(call.id);
    if (this.#calls.size === 0) this.#onIdle?.();
  }

  /** The media process hears nothing on a leg of this call any more. */
  mediaTimedOut(callId: string): void {
    this.#calls.get(callId)?.release(clearing('server', 'media-timeout'));
  }

  /** Refuses new calls, lets the old ones go on for `drainMs`, ends what is left; resolves when all records are out. */
  async stop(drainMs: number): Promise<void> {
    this.#stopped = true;
    if (this.#calls.size === 0) return;
    const idle = new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
    const timer = this.#options.clock.after(drainMs, () => {
      for (const call of this.#calls.values()) {
        call.release({ ...refusal('failed', 'server-shutdown', 503) });
      }
    });
    await idle;
    timer.cancel();
  }
}

const NO_QUALITY = { lossPercent: null, jitterMs: null, mos: null } as const;
