import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileDurably } from '../data/write-file-durably.ts';
import { endLeftover } from './end-process.ts';
import { identityOf } from './process-identity.ts';

interface Entry {
  readonly pid: number;
  readonly startedAt: string;
}

/** Longer than an app takes to notice that its parent died. */
const PATIENCE_MS = 8000;

/** Remembers on the disk which apps were started, so that after a crash of ours the next start finds them. */
export class AppRegistry {
  readonly #path: string;
  readonly #entries = new Map<string, Entry>();

  constructor(runDirectory: string) {
    this.#path = join(runDirectory, 'apps.json');
  }

  /** Ends the apps of an earlier life that still run; gives how many. */
  async endLeftovers(): Promise<number> {
    const entries = await this.#read();
    const ended = await Promise.all(
      entries.map(async ({ pid, startedAt }) => {
        if ((await identityOf(pid))?.startedAt !== startedAt) return false;
        return endLeftover(pid, (command) => command.includes('/src/main.ts'), [
          { signal: 'SIGTERM', patienceMs: PATIENCE_MS },
          { signal: 'SIGKILL', patienceMs: 1000 },
        ]);
      }),
    );
    return ended.filter(Boolean).length;
  }

  async add(name: string, pid: number): Promise<void> {
    const identity = await identityOf(pid);
    if (identity === undefined) return;
    this.#entries.set(name, { pid, startedAt: identity.startedAt });
    await writeFileDurably(this.#path, JSON.stringify([...this.#entries.values()]), 0o600);
  }

  async #read(): Promise<Entry[]> {
    try {
      return JSON.parse(await readFile(this.#path, 'utf8')) as Entry[];
    } catch {
      return [];
    }
  }
}
