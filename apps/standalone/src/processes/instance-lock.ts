import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { StartError, systemCode } from '../start-error.ts';
import { identityOf } from './process-identity.ts';

interface Holder {
  readonly pid: number;
  readonly startedAt: string;
}

/** Keeps a second server off a data directory: a file that names the process that runs on it. */
export class InstanceLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Throws StartError when a live process holds the lock; that of a dead one is taken over. */
  static async take(path: string, dataDirectory: string): Promise<InstanceLock> {
    const draft = `${path}.${process.pid}`;
    const holder: Holder = { pid: process.pid, startedAt: (await identityOf(process.pid))?.startedAt ?? '' };
    await writeFile(draft, JSON.stringify(holder), { mode: 0o600 });
    try {
      // A link appears with its content at once, and only if there is none.
      while (!(await linked(draft, path))) await removeAbandoned(path, dataDirectory);
    } finally {
      await rm(draft, { force: true });
    }
    return new InstanceLock(path);
  }

  async release(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function removeAbandoned(path: string, dataDirectory: string): Promise<void> {
  await refuseLiveHolder(path, dataDirectory);
  // Moved aside rather than removed: another starter may have taken the lock since it was read.
  const aside = `${path}.abandoned.${process.pid}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  try {
    await refuseLiveHolder(aside, dataDirectory);
  } catch (error) {
    await linked(aside, path);
    throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

async function refuseLiveHolder(path: string, dataDirectory: string): Promise<void> {
  const holder = await readHolder(path);
  if (holder === undefined || holder.pid === process.pid) return;
  const identity = await identityOf(holder.pid);
  if (identity === undefined || identity.startedAt !== holder.startedAt) return;
  throw new StartError(`another Manyline (process ${holder.pid}) already runs on DATA_DIR ${dataDirectory}`);
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}
