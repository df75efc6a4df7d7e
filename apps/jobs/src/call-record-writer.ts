import type { CallDetailRecord } from '@manyline/pbx';
import type { Metrics } from '@manyline/telemetry';

/** Where records go; packages/db's Database. */
export interface CallRecordStore {
  saveCallDetailRecords(records: readonly CallDetailRecord[]): Promise<void>;
}

/** Writes call detail records to the database, so that records of one tenant that fail do not hold up another's. */
export class CallRecordWriter {
  readonly #database: CallRecordStore;
  readonly #written;
  readonly #failed;

  constructor({ database, metrics }: { database: CallRecordStore; metrics: Metrics }) {
    this.#database = database;
    this.#written = metrics.counter('manyline_cdrs_written_total', 'Call detail records written to the database.');
    this.#failed = metrics.counter(
      'manyline_cdr_write_failures_total',
      'Attempts to write call detail records of a tenant that failed and come again.',
    );
  }

  /** Rejects when some records could not be written; all of them may then be given again. */
  async write(records: readonly CallDetailRecord[]): Promise<void> {
    const failures: unknown[] = [];
    for (const ofTenant of Map.groupBy(records, (record) => record.tenantId).values()) {
      try {
        await this.#database.saveCallDetailRecords(ofTenant);
        this.#written.inc(ofTenant.length);
      } catch (error) {
        this.#failed.inc();
        failures.push(error);
      }
    }
    if (failures.length > 0) {
      throw new AggregateError(failures, failures.map((failure) => String(failure)).join('; '));
    }
  }
}
