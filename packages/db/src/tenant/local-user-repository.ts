import { newId } from '@manyline/kernel';
import { computeHa1s, type Ha1s, openHa1s, sealHa1s } from '../secrets/digest-secret.ts';
import type { Sealer } from '../secrets/sealer.ts';
import { toJsonObject } from './json-value.ts';
import { type LocalUserRecord, type LocalUserSettings, toLocalUserRecord } from './local-user-record.ts';
import type { TenantClient } from './tenant-client.ts';

export interface LocalUserPage {
  /** At most this many. */
  readonly limit: number;
  /** Only numbers that sort after this one. */
  readonly afterNumber?: string;
}

/** Reads the phone accounts of a tenant. */
export class LocalUserRepository {
  readonly #client: TenantClient;
  readonly #tenantId: string;

  constructor(client: TenantClient, tenantId: string) {
    this.#client = client;
    this.#tenantId = tenantId;
  }

  /** Sorted by number. */
  async list({ limit, afterNumber }: LocalUserPage): Promise<LocalUserRecord[]> {
    const rows = await this.#client.localUser.findMany({
      where: afterNumber === undefined ? {} : { number: { gt: afterNumber } },
      orderBy: { number: 'asc' },
      take: limit,
    });
    return rows.map(toLocalUserRecord);
  }

  /** Null: no such local user, or it belongs to another tenant. */
  async find(id: string): Promise<LocalUserRecord | null> {
    const row = await this.#client.localUser.findUnique({ where: { tenantId_id: { tenantId: this.#tenantId, id } } });
    return row && toLocalUserRecord(row);
  }

  count(): Promise<number> {
    return this.#client.localUser.count();
  }

  /** Every local user with its HA1s: what a SIP worker needs. Throws SealError when SEALING_KEY is another one. */
  async listWithHa1s(sealer: Sealer): Promise<{ record: LocalUserRecord; ha1s: Ha1s }[]> {
    const rows = await this.#client.localUser.findMany();
    return rows.map((row) => ({
      record: toLocalUserRecord(row),
      ha1s: openHa1s(sealer, this.#tenantId, row.id, row.sealedHa1),
    }));
  }
}

/** Changes the phone accounts of a tenant; part of a configuration change. `realm` is the tenant's SIP domain. */
export class LocalUserEditor extends LocalUserRepository {
  readonly #client: TenantClient;
  readonly #tenantId: string;
  readonly #realm: string;
  readonly #sealer: Sealer;

  constructor(client: TenantClient, tenantId: string, realm: string, sealer: Sealer) {
    super(client, tenantId);
    this.#client = client;
    this.#tenantId = tenantId;
    this.#realm = realm;
    this.#sealer = sealer;
  }

  /** Throws ConflictError `number_taken`. */
  async create(settings: LocalUserSettings, password: string): Promise<LocalUserRecord> {
    const id = newId();
    const row = await this.#client.localUser.create({
      data: {
        tenantId: this.#tenantId,
        id,
        ...toColumns(settings),
        sealedHa1: this.#seal(id, settings.number, password),
      },
    });
    return toLocalUserRecord(row);
  }

  /**
   * Replaces the settings. `password` undefined keeps the HA1s, which is only right when the number stays:
   * the number is part of them. Throws ConflictError `number_taken`.
   */
  async update(id: string, settings: LocalUserSettings, password: string | undefined): Promise<LocalUserRecord> {
    const row = await this.#client.localUser.update({
      where: { tenantId_id: { tenantId: this.#tenantId, id } },
      data: {
        ...toColumns(settings),
        revision: { increment: 1 },
        ...(password !== undefined && { sealedHa1: this.#seal(id, settings.number, password) }),
      },
    });
    return toLocalUserRecord(row);
  }

  async delete(id: string): Promise<void> {
    await this.#client.localUser.deleteMany({ where: { id } });
  }

  #seal(id: string, number: string, password: string): Uint8Array<ArrayBuffer> {
    const ha1s = computeHa1s(number, this.#realm, password);
    return new Uint8Array(sealHa1s(this.#sealer, this.#tenantId, id, ha1s));
  }
}

function toColumns(settings: LocalUserSettings) {
  return {
    ...settings,
    callLevels: [...settings.callLevels],
    ipAuthorization: toJsonObject(settings.ipAuthorization),
    forwarding: toJsonObject(settings.forwarding),
    voicemail: toJsonObject(settings.voicemail),
  };
}
