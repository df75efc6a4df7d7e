import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { StartError } from '../start-error.ts';
import { endChild, exitOf } from './child-exit.ts';
import type { RunningPart } from './kept-alive.ts';

export interface AppProcessOptions {
  /** The folder in apps/. */
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;
  /** How long it may take to end in good order. */
  readonly stopPatienceMs: number;
  /** Aborts the start. */
  readonly signal: AbortSignal;
  /** Called with the process id before it is ready. */
  readonly onStarted: (pid: number) => Promise<void>;
}

/** What an app sends when it is ready, beside its type. */
export type ReadyDetails = Readonly<Record<string, unknown>>;

const READY_TIMEOUT_MS = 60_000;

/**
 * Starts `apps/<name>/src/main.ts` and waits until it says that it is ready.
 * Throws StartError with the app's own words when it fails. The child has a process group of its own, so that
 * Ctrl-C in a terminal reaches only us, who know the order of things.
 */
export async function startApp(options: AppProcessOptions): Promise<RunningPart & { readonly details: ReadyDetails }> {
  const { name, env, stopPatienceMs, signal } = options;
  signal.throwIfAborted();
  const main = fileURLToPath(new URL(`../../../${name}/src/main.ts`, import.meta.url));
  const child = fork(main, [], {
    env,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = exitOf(child);
  const stop = (hurry: AbortSignal) =>
    endChild(
      child,
      exited,
      [
        { signal: 'SIGTERM', patienceMs: stopPatienceMs },
        { signal: 'SIGKILL', patienceMs: 5000 },
      ],
      hurry,
    );
  const report = Promise.withResolvers<ReadyDetails>();
  report.promise.catch(() => {});
  child.on('message', (message) => {
    const { type, ...details } = message as { type?: unknown; message?: unknown };
    if (type === 'ready') report.resolve(details);
    if (type === 'failed') report.reject(new StartError(String(details.message)));
  });
  void exited.then((how) => report.reject(new StartError(`${name} ended before it was ready: ${how}`)));
  const timer = setTimeout(
    () => report.reject(new StartError(`${name} was not ready within ${READY_TIMEOUT_MS / 1000} s`)),
    READY_TIMEOUT_MS,
  );
  const abort = () => report.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    if (child.pid !== undefined) await options.onStarted(child.pid);
    const details = await report.promise;
    return { pid: child.pid ?? 0, exited, details, stop };
  } catch (error) {
    await stop(AbortSignal.abort());
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
