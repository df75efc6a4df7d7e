import { open, readFile, rename, rm, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CallDetailRecord } from '@manyline/pbx';

/**
 * A local file that keeps call detail records while Redis is away: one JSON line a record, on the disk before
 * `append` resolves. Records that are being moved to Redis wait in `<path>.draining`, so that a crash between
 * repeats them but loses none. Calls on one spool must not overlap, except as CdrProducer orders them.
 */
export class CdrSpool {
  readonly #path: string;
  readonly #drainingPath: string;

  constructor(path: string) {
    this.#path = path;
    this.#drainingPath = `${path}.draining`;
  }

  /** Rejects with the system's error, for example ENOSPC; then none of the records is kept. */
  async append(records: readonly CallDetailRecord[]): Promise<void> {
    const file = await open(this.#path, 'a', 0o600);
    try {
      const { size } = await file.stat();
      try {
        await file.appendFile(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
        await file.sync();
      } catch (error) {
        await truncate(this.#path, size).catch(() => {});
        throw error;
      }
    } finally {
      await file.close();
    }
    await this.#syncDirectory();
  }

  /**
   * Hands the kept records to `take` and forgets them once it resolves. When it rejects they stay.
   * Gives the number of records, and of lines that a crash had cut short.
   */
  async drain(take: (records: CallDetailRecord[]) => Promise<void>): Promise<{ records: number; broken: number }> {
    const total = { records: 0, broken: 0 };
    // First what an interrupted drain left, then what was appended since.
    for (let round = 0; round < 2; round += 1) {
      const text = await this.#takeAside();
      if (text === undefined) break;
      const { records, broken } = parseLines(text);
      if (records.length > 0) await take(records);
      await rm(this.#drainingPath, { force: true });
      total.records += records.length;
      total.broken += broken;
    }
    return total;
  }

  async #takeAside(): Promise<string | undefined> {
    const interrupted = await readIfThere(this.#drainingPath);
    if (interrupted !== undefined) return interrupted;
    try {
      await rename(this.#path, this.#drainingPath);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    return await readIfThere(this.#drainingPath);
  }

  async #syncDirectory(): Promise<void> {
    const directory = await open(dirname(this.#path), 'r');
    await directory.sync().finally(() => directory.close());
  }
}

function parseLines(text: string): { records: CallDetailRecord[]; broken: number } {
  const records: CallDetailRecord[] = [];
  let broken = 0;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    try {
      records.push(JSON.parse(line) as CallDetailRecord);
    } catch {
      broken += 1;
    }
  }
  return { records, broken };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
