import type { Clock, Logger, Timer } from '@manyline/kernel';
import type { TenantDirectoryEntry, TenantSnapshot } from '@manyline/pbx';

const RECONCILE_MS = 30_000;

export interface TenantDirectoryOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly loadEntries: () => Promise<readonly TenantDirectoryEntry[]>;
  /** Null when the tenant is gone. */
  readonly loadSnapshot: (tenantId: string) => Promise<TenantSnapshot | null>;
  /** A tenant's configuration is here, for the first time or after a change. */
  readonly onLoaded: (snapshot: TenantSnapshot) => void;
}

interface Tenant {
  entry: TenantDirectoryEntry;
  snapshot: TenantSnapshot | undefined;
  /** A load that is under way because the snapshot is missing or older than the entry. */
  loading: Promise<TenantSnapshot | undefined> | undefined;
}

/**
 * All tenants by SIP domain, with the configuration of those that were asked for. Judging a domain and reading a fresh
 * snapshot costs no SQL. A change arrives as an event; a missed one is noticed by its version within 30 s.
 */
export class TenantDirectory {
  readonly #options: TenantDirectoryOptions;
  readonly #byDomain = new Map<string, Tenant>();
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: TenantDirectoryOptions) {
    this.#options = options;
  }

  /** Loads the directory; rejects when the database is away. */
  async open(): Promise<void> {
    await this.reconcile();
    this.#armReconciliation();
  }

  get size(): number {
    return this.#byDomain.size;
  }

  find(sipDomain: string): TenantDirectoryEntry | undefined {
    return this.#byDomain.get(sipDomain)?.entry;
  }

  /**
   * The tenant's configuration: at once when it is fresh, else after loading it. Undefined when it cannot be had: the
   * tenant is gone, or the database is away and no older snapshot is here.
   */
  snapshotOf(entry: TenantDirectoryEntry): TenantSnapshot | Promise<TenantSnapshot | undefined> {
    const tenant = this.#byDomain.get(entry.sipDomain);
    if (tenant === undefined) return Promise.resolve(undefined);
    const { snapshot } = tenant;
    if (snapshot !== undefined && snapshot.version >= tenant.entry.version) return snapshot;
    tenant.loading ??= this.#startLoad(tenant);
    return tenant.loading;
  }

  #startLoad(tenant: Tenant): Promise<TenantSnapshot | undefined> {
    const loading = this.#load(tenant).finally(() => {
      if (tenant.loading === loading) tenant.loading = undefined;
    });
    return loading;
  }

  async #load(tenant: Tenant): Promise<TenantSnapshot | undefined> {
    try {
      const snapshot = await this.#options.loadSnapshot(tenant.entry.id);
      // Of two loads that overtake each other the newer state stays.
      if (snapshot !== null && snapshot.version >= (tenant.snapshot?.version ?? 0)) {
        tenant.snapshot = snapshot;
        this.#options.onLoaded(snapshot);
      }
    } catch (error) {
      this.#options.logger.error(
        { err: error, tenantId: tenant.entry.id },
        'cannot load a tenant, keeping the old state',
      );
    }
    return tenant.snapshot;
  }

  /** A tenant came, changed or was suspended. */
  apply(entry: TenantDirectoryEntry): void {
    const tenant = this.#byDomain.get(entry.sipDomain);
    if (tenant === undefined) {
      this.#byDomain.set(entry.sipDomain, { entry, snapshot: undefined, loading: undefined });
      return;
    }
    if (entry.version < tenant.entry.version) return;
    const changed = entry.version > tenant.entry.version;
    tenant.entry = entry;
    // A load that is under way may have read the state before this change.
    if (changed && (tenant.snapshot !== undefined || tenant.loading !== undefined))
      tenant.loading = this.#startLoad(tenant);
  }

  /** Compares with the database: for events that were missed. */
  async reconcile(): Promise<void> {
    const entries = await this.#options.loadEntries();
    const domains = new Set<string>();
    for (const entry of entries) {
      domains.add(entry.sipDomain);
      this.apply(entry);
    }
    for (const domain of this.#byDomain.keys()) if (!domains.has(domain)) this.#byDomain.delete(domain);
  }

  #armReconciliation(): void {
    if (this.#closed) return;
    this.#timer = this.#options.clock.after(RECONCILE_MS, () => {
      this.reconcile()
        .catch((error: unknown) =>
          this.#options.logger.warn({ err: error }, 'cannot compare the tenants with the database'),
        )
        .finally(() => this.#armReconciliation());
    });
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }
}
