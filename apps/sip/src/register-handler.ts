import { type Clock, newId } from '@manyline/kernel';
import type { LocalUser, Registration, TenantSnapshot } from '@manyline/pbx';
import {
  DEFAULT_REGISTRAR_LIMITS,
  type Flow,
  judgeRegister,
  type SipRequest,
  SipResponse,
  SipUri,
  type WantedBinding,
} from '@manyline/sip';
import type { Locations } from './locations.ts';

const MAX_PATH_VALUES = 10;

/** The registrar (RFC 3261 §10.3): binds the phone's Contacts to the number whose credentials the request carried. */
export class RegisterHandler {
  readonly #clock: Clock;
  readonly #locations: Locations;

  constructor(clock: Clock, locations: Locations) {
    this.#clock = clock;
    this.#locations = locations;
  }

  /** The answer to a REGISTER of an authenticated user. */
  handle(request: SipRequest, flow: Flow, tenant: TenantSnapshot, user: LocalUser): SipResponse {
    const to = request.to.parsedUri;
    if (!(to instanceof SipUri) || to.user !== user.number) return SipResponse.create(request, 403);
    const path = request.headers.getAll('Path');
    if (path.length > MAX_PATH_VALUES) return SipResponse.create(request, 403);
    if (!request.contacts.every(({ parsedUri }) => parsedUri instanceof SipUri))
      return SipResponse.create(request, 400);

    const now = this.#clock.now();
    const current = this.#locations.registrationsOf(tenant.id, user.number);
    const limits = { ...DEFAULT_REGISTRAR_LIMITS, maxBindings: user.maxRegistrations };
    let lost: readonly Registration[] = [];
    let verdict = judgeRegister(request, current, now, limits);
    if (verdict.kind === 'refused' && verdict.statusCode === 403) {
      // A phone that lost its connection comes back by a new one: what no connection leads to makes room.
      lost = current.filter((registration) => !this.#locations.isReachable(registration));
      verdict = judgeRegister(
        request,
        current.filter((registration) => !lost.includes(registration)),
        now,
        limits,
      );
    }
    if (verdict.kind === 'refused') {
      const { statusCode, reasonPhrase } = verdict;
      const headers: [string, string][] = statusCode === 423 ? [['Min-Expires', String(limits.minExpiresSeconds)]] : [];
      return SipResponse.create(request, statusCode, { reasonPhrase, headers });
    }

    if (verdict.wanted.length > 0 || verdict.removed.length > 0 || lost.length > 0) {
      const saved = verdict.wanted.map((wanted) => registrationOf(wanted, { request, flow, tenant, user, path, now }));
      this.#locations.update(tenant.id, user.number, saved, [...verdict.removed, ...lost], flow);
      if (saved.length > 0) flow.keepOpen();
    }
    return this.#success(request, this.#locations.registrationsOf(tenant.id, user.number), path, now);
  }

  /** 200 with all current bindings (RFC 3261 §10.3 step 8) and the Path that was stored (RFC 3327 §5.3). */
  #success(
    request: SipRequest,
    registrations: readonly Registration[],
    path: readonly string[],
    now: number,
  ): SipResponse {
    const headers = registrations.map(({ contact, expiresAt, q, instanceId }): [string, string] => {
      const seconds = Math.max(0, Math.ceil((expiresAt - now) / 1000));
      const preference = q === 1000 ? '' : `;q=${q / 1000}`;
      const instance = instanceId === '' ? '' : `;+sip.instance="${instanceId}"`;
      return ['Contact', `<${contact}>;expires=${seconds}${preference}${instance}`];
    });
    for (const value of path) headers.push(['Path', value]);
    return SipResponse.create(request, 200, { headers });
  }
}

interface RegistrationContext {
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly tenant: TenantSnapshot;
  readonly user: LocalUser;
  readonly path: readonly string[];
  readonly now: number;
}

function registrationOf(wanted: WantedBinding<Registration>, context: RegistrationContext): Registration {
  const { request, flow, tenant, user, path, now } = context;
  const { replaces } = wanted;
  return {
    id: replaces?.id ?? newId(now),
    tenantId: tenant.id,
    localUserId: user.id,
    number: user.number,
    contact: kept(replaces?.contact, wanted.contact),
    transport: flow.protocol,
    sourceAddress: `${hostOf(flow)}:${flow.remotePort}`,
    userAgent: kept(replaces?.userAgent, (request.headers.get('User-Agent') ?? '').slice(0, 200)),
    instanceId: kept(replaces?.instanceId, wanted.instanceId),
    callId: kept(replaces?.callId, wanted.callId),
    cseq: wanted.cseq,
    q: wanted.q,
    path: path.map(detached),
    registeredAt: replaces?.registeredAt ?? now,
    expiresAt: wanted.expiresAt,
  };
}

function hostOf({ remoteAddress }: Flow): string {
  return remoteAddress.includes(':') ? `[${remoteAddress}]` : remoteAddress;
}

/** What the replaced registration already holds, when it is the same text; else a copy. */
function kept(old: string | undefined, text: string): string {
  return old === text ? old : detached(text);
}

/** A copy: a header value is a slice that would keep the whole message in memory for as long as the registration. */
function detached(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
