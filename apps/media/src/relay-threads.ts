import type { Result } from '@manyline/kernel';
import type { MediaBackend, MediaCommand, MediaFailure, MediaResult, MediaTotals } from '@manyline/media';
import type { RelaySettings } from './relay.ts';
import { RelayThread } from './relay-thread-handle.ts';

export interface RelayThreadsOptions {
  readonly count: number;
  readonly settings: RelaySettings;
  readonly onMediaTimeout: (sessionId: string, legId: string) => void;
  /** Called about every second. */
  readonly onTotals: (totals: MediaTotals) => void;
  /** A thread ended by itself: its calls have no media any more. */
  readonly onFailure: (error: Error) => void;
}

/** The relay threads of the process; all legs of a session are in one of them, chosen by the session's id. */
export class RelayThreads implements MediaBackend {
  readonly #threads: readonly RelayThread[];

  private constructor(threads: readonly RelayThread[]) {
    this.#threads = threads;
  }

  /** Rejects when a thread cannot start. */
  static async start(options: RelayThreadsOptions): Promise<RelayThreads> {
    const { count, settings, onMediaTimeout, onTotals, onFailure } = options;
    const totals = new Array<MediaTotals>(count).fill(NO_TOTALS);
    const start = (_: unknown, index: number): Promise<RelayThread> =>
      RelayThread.start(
        { ...settings, index, count },
        {
          onMediaTimeout,
          onFailure,
          onTotals: (ofThread) => {
            totals[index] = ofThread;
            if (index === 0) onTotals(totals.reduce(add));
          },
        },
      );
    return new RelayThreads(await Promise.all(Array.from({ length: count }, start)));
  }

  execute(command: MediaCommand, done: (outcome: Result<MediaResult, MediaFailure>) => void): void {
    this.#threads[hash(command.sessionId) % this.#threads.length]!.execute(command, done);
  }

  /** Closes every session and ends the threads. May be called twice. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

const NO_TOTALS: MediaTotals = {
  sessions: 0,
  legs: 0,
  freePorts: 0,
  packetsReceived: 0,
  packetsSent: 0,
  packetsDiscarded: 0,
};

function add(left: MediaTotals, right: MediaTotals): MediaTotals {
  return {
    sessions: left.sessions + right.sessions,
    legs: left.legs + right.legs,
    freePorts: left.freePorts + right.freePorts,
    packetsReceived: left.packetsReceived + right.packetsReceived,
    packetsSent: left.packetsSent + right.packetsSent,
    packetsDiscarded: left.packetsDiscarded + right.packetsDiscarded,
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0;
}
