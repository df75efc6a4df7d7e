import { Worker } from 'node:worker_threads';
import type { Result } from '@manyline/kernel';
import type { MediaCommand, MediaFailure, MediaResult, MediaTotals } from '@manyline/media';
import type { FromThread, RelayThreadSettings, ToThread } from './thread-messages.ts';

export interface RelayThreadEvents {
  onMediaTimeout(sessionId: string, legId: string): void;
  onTotals(totals: MediaTotals): void;
  /** A thread ended by itself: its calls have no media any more. */
  onFailure(error: Error): void;
}

type Done = (outcome: Result<MediaResult, MediaFailure>) => void;

/** The main thread's handle of one relay thread. */
export class RelayThread {
  readonly #worker: Worker;
  readonly #events: RelayThreadEvents;
  readonly #waiting = new Map<number, Done>();
  #outbox: { readonly id: number; readonly command: MediaCommand }[] = [];
  #nextId = 1;
  #closing: Promise<void> | undefined;

  private constructor(worker: Worker, events: RelayThreadEvents) {
    this.#worker = worker;
    this.#events = events;
    worker.on('message', (message: FromThread) => this.#onMessage(message));
    worker.on('error', (error) => events.onFailure(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', () => {
      if (this.#closing === undefined) events.onFailure(new Error('a relay thread ended'));
    });
  }

  static start(settings: RelayThreadSettings, events: RelayThreadEvents): Promise<RelayThread> {
    const worker = new Worker(new URL('./relay-thread.ts', import.meta.url), { workerData: settings });
    return new Promise((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', (message: FromThread) => {
        worker.off('error', reject);
        if (message.type === 'ready') resolve(new RelayThread(worker, events));
        else reject(new Error('a relay thread did not start'));
      });
    });
  }

  /** Commands of one turn of the event loop reach the thread together, in order. */
  execute(command: MediaCommand, done: Done): void {
    const id = this.#nextId;
    this.#nextId += 1;
    this.#waiting.set(id, done);
    if (this.#outbox.length === 0) queueMicrotask(() => this.#flush());
    this.#outbox.push({ id, command });
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#worker.once('exit', () => resolve());
      this.#flush();
      this.#post({ type: 'stop' });
    });
    return this.#closing;
  }

  #flush(): void {
    if (this.#outbox.length === 0) return;
    this.#post({ type: 'commands', commands: this.#outbox });
    this.#outbox = [];
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #onMessage(message: FromThread): void {
    switch (message.type) {
      case 'outcomes':
        for (const { id, outcome } of message.outcomes) {
          const done = this.#waiting.get(id);
          this.#waiting.delete(id);
          done?.(outcome);
        }
        break;
      case 'mediaTimeout':
        this.#events.onMediaTimeout(message.sessionId, message.legId);
        break;
      case 'totals':
        this.#events.onTotals(message.totals);
        break;
      case 'ready':
        break;
    }
  }
}
