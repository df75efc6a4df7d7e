import type { RegistrationStore } from '@manyline/bus';
import type { DialTarget, LocationPort } from '@manyline/calls';
import type { Clock, Timer } from '@manyline/kernel';
import type { LocalUser, Registration, TenantSnapshot } from '@manyline/pbx';
import { contactFlow, type Flow, type FlowTarget, parseUri, type SipTransports, SipUri } from '@manyline/sip';

const SWEEP_MS = 10_000;

export interface LocationsOptions {
  readonly clock: Clock;
  readonly store: RegistrationStore;
  readonly transports: () => SipTransports;
}

/**
 * Where the local users are: the registrations of all tenants, in memory, written behind to Redis. The connection a
 * phone registered over is the way to it; a phone on UDP is reached at its Contact, or where it registered from.
 */
export class Locations implements LocationPort {
  readonly #options: LocationsOptions;
  /** tenant id → number → registrations. */
  readonly #tenants = new Map<string, Map<string, readonly Registration[]>>();
  readonly #flows = new Map<string, Flow>();
  #size = 0;
  #timer: Timer | undefined;

  constructor(options: LocationsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#size;
  }

  /** Reads back what an earlier life of the worker left in Redis. */
  async restore(tenantIds: readonly string[]): Promise<void> {
    for (const tenantId of tenantIds) {
      for (const registration of await this.#options.store.listTenant(tenantId)) {
        const current = this.#listOf(tenantId, registration.number);
        this.#replace(tenantId, registration.number, [...current, registration]);
      }
    }
    this.#armSweep();
  }

  /** The current registrations of a number, expired ones left out. */
  registrationsOf(tenantId: string, number: string): readonly Registration[] {
    const now = this.#options.clock.now();
    const registrations = this.#listOf(tenantId, number);
    return registrations.every(({ expiresAt }) => expiresAt > now)
      ? registrations
      : registrations.filter(({ expiresAt }) => expiresAt > now);
  }

  /** Whether the connection that a phone registered over is still there; always for UDP. */
  isReachable(registration: Registration): boolean {
    return registration.transport === 'UDP' || this.#flows.get(registration.id)?.open === true;
  }

  /** Adds or refreshes registrations of one number, and takes others away. */
  update(
    tenantId: string,
    number: string,
    saved: readonly Registration[],
    removed: readonly Registration[],
    flow: Flow | undefined,
  ): void {
    const before = this.registrationsOf(tenantId, number);
    const kept = before.filter(({ id }) => find(saved, id) === undefined && find(removed, id) === undefined);
    this.#replace(tenantId, number, [...kept, ...saved]);
    for (const registration of saved) {
      if (flow !== undefined) {
        this.#flows.set(
          registration.id,
          contactFlow(flow, registration.contact, (target) => this.#open(target)),
        );
      }
      const isRefresh = isRefreshOf(registration, find(before, registration.id));
      this.#options.store.enqueue({ type: 'put', registration, isRefresh });
    }
    for (const registration of removed) this.#forget(registration);
  }

  /** Removes one registration by id; for the API. */
  remove(tenantId: string, registrationId: string): void {
    for (const [number, registrations] of this.#tenants.get(tenantId) ?? []) {
      const found = registrations.find(({ id }) => id === registrationId);
      if (found !== undefined) this.update(tenantId, number, [], [found], undefined);
    }
  }

  /** Removes the registrations of local users who are gone, or have another number now. */
  dropStrangers(tenant: TenantSnapshot): void {
    for (const [number, registrations] of this.#tenants.get(tenant.id) ?? []) {
      const user = tenant.localUsers.get(number);
      const strangers = registrations.filter(({ localUserId }) => localUserId !== user?.id);
      if (strangers.length > 0) this.update(tenant.id, number, [], strangers, undefined);
    }
  }

  targetsOf(tenantId: string, user: LocalUser): readonly DialTarget[] {
    const targets: DialTarget[] = [];
    for (const registration of this.registrationsOf(tenantId, user.number)) {
      const flow = this.#flowTo(registration);
      if (flow !== undefined) targets.push({ uri: registration.contact, flow, route: registration.path });
    }
    return targets;
  }

  #flowTo(registration: Registration): Flow | undefined {
    const known = this.#flows.get(registration.id);
    if (known?.open) return known;
    if (registration.transport === 'UDP') {
      const address = parseSourceAddress(registration.sourceAddress);
      const flow = this.#open({ protocol: 'UDP', ...address });
      return contactFlow(flow, registration.contact, (target) => this.#open(target));
    }
    // The connection is gone; the phone may still listen where its Contact says.
    const contact = parseUri(registration.contact);
    if (!contact.ok || !(contact.value instanceof SipUri) || contact.value.port === undefined) return undefined;
    const { transport } = registration;
    if (transport !== 'TCP' && transport !== 'TLS') return undefined;
    const { address } = parseSourceAddress(registration.sourceAddress);
    return this.#open({ protocol: transport, address, port: contact.value.port });
  }

  #open(target: FlowTarget): Flow {
    return this.#options.transports().flowTo(target);
  }

  #listOf(tenantId: string, number: string): readonly Registration[] {
    return this.#tenants.get(tenantId)?.get(number) ?? [];
  }

  #replace(tenantId: string, number: string, registrations: readonly Registration[]): void {
    let numbers = this.#tenants.get(tenantId);
    if (numbers === undefined) {
      numbers = new Map();
      this.#tenants.set(tenantId, numbers);
    }
    this.#size += registrations.length - (numbers.get(number)?.length ?? 0);
    if (registrations.length === 0) numbers.delete(number);
    else numbers.set(number, registrations);
  }

  #forget(registration: Registration): void {
    this.#flows.delete(registration.id);
    this.#options.store.enqueue({ type: 'remove', tenantId: registration.tenantId, registrationId: registration.id });
  }

  #armSweep(): void {
    this.#timer = this.#options.clock.after(SWEEP_MS, () => {
      this.#sweep();
      this.#armSweep();
    });
  }

  #sweep(): void {
    const now = this.#options.clock.now();
    for (const [tenantId, numbers] of this.#tenants) {
      for (const [number, registrations] of numbers) {
        const expired = registrations.filter(({ expiresAt }) => expiresAt <= now);
        if (expired.length === 0) continue;
        this.#replace(
          tenantId,
          number,
          registrations.filter(({ expiresAt }) => expiresAt > now),
        );
        for (const registration of expired) this.#forget(registration);
      }
    }
  }

  close(): void {
    this.#timer?.cancel();
  }
}

function find(registrations: readonly Registration[], id: string): Registration | undefined {
  return registrations.find((registration) => registration.id === id);
}

/** Whether a registration tells nothing new but that the phone is still there. */
function isRefreshOf(after: Registration, before: Registration | undefined): boolean {
  return (
    before !== undefined &&
    after.contact === before.contact &&
    after.transport === before.transport &&
    after.sourceAddress === before.sourceAddress &&
    after.userAgent === before.userAgent &&
    after.instanceId === before.instanceId &&
    after.q === before.q &&
    after.path.join() === before.path.join()
  );
}

/** `192.0.2.1:5060` or `[2001:db8::1]:5060`. */
function parseSourceAddress(text: string): { address: string; port: number } {
  const colon = text.lastIndexOf(':');
  return { address: text.slice(0, colon).replaceAll(/[[\]]/g, ''), port: Number(text.slice(colon + 1)) };
}
