import { type ChildProcess, spawn } from 'node:child_process';
import { onProcessEnd } from './on-process-end.ts';
import { processTree } from './process-tree.ts';

const LOG_LIMIT_CHARACTERS = 4_000_000;

/** Processes of this test process that still run; ended with it, so that a broken test leaves nothing behind. */
const running = new Set<ChildProcess>();
onProcessEnd(() => {
  for (const child of running) {
    // Its descendants too, all at once: a killed supervisor cannot end what it started.
    for (const { pid } of processTree(child.pid ?? 0)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone meanwhile.
      }
    }
  }
});

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningProcessOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** A child process with its output kept, a way to wait for a line of it, and an end that cannot be forgotten. */
export class RunningProcess {
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  #output = '';
  #ended = false;
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #watchers = new Set<() => void>();

  private constructor(child: ChildProcess, name: string) {
    this.#child = child;
    this.#name = name;
    this.pid = child.pid ?? 0;
    running.add(child);
    const collect = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString('utf8')).slice(-LOG_LIMIT_CHARACTERS);
      for (const watcher of this.#watchers) watcher();
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    this.exited = new Promise((resolve) => {
      const end = (exit: ProcessExit): void => {
        this.#ended = true;
        running.delete(child);
        for (const watcher of this.#watchers) watcher();
        resolve(exit);
      };
      child.once('error', (error) => {
        this.#output += `\ncannot start ${name}: ${error.message}\n`;
        end({ code: null, signal: null });
      });
      child.once('close', (code, signal) => end({ code, signal }));
    });
  }

  static spawn(command: string, args: readonly string[], options: RunningProcessOptions = {}): RunningProcess {
    const child = spawn(command, [...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    return new RunningProcess(child, command);
  }

  /** stdout and stderr as they came. */
  get output(): string {
    return this.#output;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The first match of `pattern` in the output, as soon as it is there; throws when the process ends first or time is up. */
  waitForOutput(pattern: RegExp, timeoutMs: number): Promise<RegExpMatchArray> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        finish();
      };
      const fail = (reason: string): void =>
        settle(() => reject(new Error(`${this.#name}: ${reason}; its output:\n${this.#output.slice(-4000)}`)));
      const look = (): void => {
        const match = this.#output.match(pattern);
        if (match !== null) settle(() => resolve(match));
        else if (this.#ended) fail(`ended before it printed ${pattern}`);
      };
      const timer = setTimeout(() => fail(`did not print ${pattern} within ${timeoutMs} ms`), timeoutMs);
      this.#watchers.add(look);
      look();
    });
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#ended) this.#child.kill(signal);
  }

  /** Sends `signal`, waits for the end, and kills after `graceMs`; the exit then shows SIGKILL. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', graceMs = 10_000): Promise<ProcessExit> {
    this.signal(signal);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }
}
