import { toJson } from './json-value.ts';
import type { TenantClient } from './tenant-client.ts';
import { type TenantRecord, type TenantSettings, toTenantRecord } from './tenant-record.ts';

/** The tenant's own row. */
export class TenantRepository {
  readonly #client: TenantClient;
  readonly #tenantId: string;

  constructor(client: TenantClient, tenantId: string) {
    this.#client = client;
    this.#tenantId = tenantId;
  }

  /** Null: the tenant is gone. */
  async find(): Promise<TenantRecord | null> {
    const row = await this.#client.tenant.findUnique({ where: { id: this.#tenantId } });
    return row && toTenantRecord(row);
  }

  /** Part of a configuration change, which raises the version itself. */
  async update(settings: TenantSettings): Promise<TenantRecord> {
    const { defaultRoute, digestAlgorithms, ...columns } = settings;
    const row = await this.#client.tenant.update({
      where: { id: this.#tenantId },
      data: { ...columns, digestAlgorithms: [...digestAlgorithms], defaultRoute: toJson(defaultRoute) },
    });
    return toTenantRecord(row);
  }
}
