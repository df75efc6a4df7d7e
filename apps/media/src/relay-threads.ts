import { Worker } from 'node:worker_threads';
import { err, type Result } from '@manyline/kernel';
import {
  type MediaBackend,
  type MediaCommand,
  type MediaFailure,
  type MediaResult,
  type MediaTotals,
  wake,
} from '@manyline/media';
import type { FromThread, RelayThreadSettings, ToThread } from './thread-messages.ts';

export interface RelayThreadsOptions {
  readonly count: number;
  readonly settings: Omit<RelayThreadSettings, 'index' | 'count'>;
  readonly onMediaTimeout: (sessionId: string, legId: string) => void;
  /** A thread ended by itself: its calls have no media any more. */
  readonly onFailure: (error: Error) => void;
}

type Done = (outcome: Result<MediaResult, MediaFailure>) => void;

/** The relay threads of the process. All legs of a session are in one thread; a new session goes to the one with fewest. */
export class RelayThreads implements MediaBackend {
  readonly #threads: RelayThread[];
  readonly #threadOf = new Map<string, RelayThread>();

  private constructor(threads: RelayThread[]) {
    this.#threads = threads;
  }

  /** Rejects when a thread cannot start. */
  static async start({ count, settings, onMediaTimeout, onFailure }: RelayThreadsOptions): Promise<RelayThreads> {
    const threads: Promise<RelayThread>[] = [];
    for (let index = 0; index < count; index++) {
      threads.push(RelayThread.start({ ...settings, index, count }, onMediaTimeout, onFailure));
    }
    return new RelayThreads(await Promise.all(threads));
  }

  get size(): number {
    return this.#threads.length;
  }

  /** How the sockets are made. */
  get sockets(): 'linux' | 'node' {
    return this.#threads[0]!.sockets;
  }

  /** Pairs of ports in all threads. */
  get ports(): number {
    return this.#threads.reduce((sum, thread) => sum + thread.ports, 0);
  }

  /** Summed over the threads, at most a second old. */
  totals(): MediaTotals {
    const sum = { sessions: 0, legs: 0, freePorts: 0, packetsRelayed: 0, packetsDiscarded: 0 };
    for (const { totals } of this.#threads) {
      sum.sessions += totals.sessions;
      sum.legs += totals.legs;
      sum.freePorts += totals.freePorts;
      sum.packetsRelayed += totals.packetsRelayed;
      sum.packetsDiscarded += totals.packetsDiscarded;
    }
    return sum;
  }

  execute(command: MediaCommand, done: Done): void {
    const { op, sessionId } = command;
    const thread = this.#threadOf.get(sessionId) ?? this.#leastLoaded();
    if (op === 'openLegs' && !this.#threadOf.has(sessionId)) {
      this.#threadOf.set(sessionId, thread);
      thread.sessions += 1;
    }
    if (op === 'closeSession') this.#release(sessionId);
    thread.execute(command, (outcome) => {
      if (op === 'openLegs' && !outcome.ok && outcome.error.code !== 'leg_exists') this.#releaseIfEmpty(sessionId);
      done(outcome);
    });
  }

  /** Closes every session and ends the threads. May be called twice. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  #leastLoaded(): RelayThread {
    return this.#threads.reduce((best, thread) => (thread.sessions < best.sessions ? thread : best));
  }
}
