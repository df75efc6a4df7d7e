import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@manyline/kernel';

/** A process that runs. */
export interface RunningPart {
  readonly pid: number;
  /** Resolves when it has ended, with how: `exit code 1`, `signal SIGKILL`. */
  readonly exited: Promise<string>;
  /** Ends it in good order and resolves when it is gone. Aborting `hurry` cuts that short. */
  stop(hurry: AbortSignal): Promise<void>;
}

export interface KeptAliveOptions {
  readonly name: string;
  readonly logger: Logger;
  /** Starts the process and resolves when it is ready; aborting `signal` gives the start up. */
  readonly start: (signal: AbortSignal) => Promise<RunningPart>;
  /** Aborted when the whole server stops: nothing is started any more. */
  readonly stopping: AbortSignal;
  /** It dies again and again: the whole server must stop. Without it the process is started again for ever. */
  readonly onGivenUp?: (message: string) => void;
}

/** A life shorter than this is a fast death. */
const FAST_DEATH_MS = 10_000;
const MOST_FAST_DEATHS = 5;
const FIRST_DELAY_MS = 100;
/** Only what is never given up waits so long. */
const LONGEST_DELAY_MS = 30_000;

/** The pause before the next start, after so many fast deaths in a row. */
export function restartDelayMs(fastDeaths: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** (fastDeaths - 1), LONGEST_DELAY_MS);
}

/** Starts a process again whenever it dies, until it is told to stop. */
export class KeptAlive {
  readonly name: string;
  readonly #options: KeptAliveOptions;
  readonly #ending = new AbortController();
  /** This part or everything ends. */
  readonly #signal: AbortSignal;
  #running: RunningPart | undefined;
  #restarting: Promise<void> = Promise.resolve();
  #fastDeaths = 0;

  private constructor(options: KeptAliveOptions) {
    this.name = options.name;
    this.#options = options;
    this.#signal = AbortSignal.any([this.#ending.signal, options.stopping]);
  }

  /** Rejects when the first start fails; later ones are tried again. */
  static async start(options: KeptAliveOptions): Promise<KeptAlive> {
    const part = new KeptAlive(options);
    await part.#run();
    return part;
  }

  /** Resolves when the process is gone and will not come again. */
  async stop(hurry: AbortSignal): Promise<void> {
    this.#ending.abort();
    await this.#restarting;
    await this.#running?.stop(hurry);
  }

  async #run(): Promise<void> {
    const running = await this.#options.start(this.#signal);
    const readyAt = performance.now();
    this.#running = running;
    void running.exited.then((how) => {
      if (this.#signal.aborted || this.#running !== running) return;
      if (performance.now() - readyAt > FAST_DEATH_MS) this.#fastDeaths = 0;
      this.#restarting = this.#restart(how);
    });
  }

  async #restart(how: string): Promise<void> {
    const { name, logger, onGivenUp } = this.#options;
    this.#running = undefined;
    let reason = how;
    while (!this.#signal.aborted) {
      this.#fastDeaths += 1;
      if (onGivenUp !== undefined && this.#fastDeaths >= MOST_FAST_DEATHS) {
        onGivenUp(`${name} ended ${MOST_FAST_DEATHS} times in a row, at last with ${reason}`);
        return;
      }
      const delayMs = restartDelayMs(this.#fastDeaths);
      logger.error({ part: name, reason, delayMs }, 'a process ended and is started again');
      await sleep(delayMs, undefined, { signal: this.#signal }).catch(() => {});
      if (this.#signal.aborted) return;
      try {
        await this.#run();
        return;
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
      }
    }
  }
}
