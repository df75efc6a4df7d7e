import { ManylineError } from '@manyline/kernel';

/** An app that has started. */
export interface RunningApp {
  /** Sent to the parent with the word that the app is ready. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Ends in good order; the process exits when it resolves. */
  stop(): Promise<void>;
  /** A second signal came: what `stop` waits for should be cut short. */
  hurry?(): void;
}

/** A process must not outlive its parent for long. */
const ORPHAN_STOP_MS = 5_000;

/**
 * Runs an app as a process of its own. To its parent, when it has one, it says `{ type: 'ready', … }` or
 * `{ type: 'failed', message }`; alone, it says a failure on standard error. SIGTERM and the end of the channel to the
 * parent stop it. SIGINT, which a terminal sends to the whole group, is left to the parent.
 */
export function runApp(name: string, start: () => Promise<RunningApp>): void {
  start().then(
    (app) => {
      const stop = stopOnce(app);
      process.on('SIGTERM', () => stop());
      process.on('SIGINT', () => {
        if (process.send === undefined) stop();
      });
      process.on('disconnect', () => {
        setTimeout(() => process.exit(1), ORPHAN_STOP_MS).unref();
        stop();
      });
      process.send?.({ type: 'ready', ...app.details });
    },
    (error: unknown) => {
      const message = publicMessageOf(error);
      if (process.send !== undefined) process.send({ type: 'failed', message }, () => process.exit(1));
      else {
        process.stderr.write(`${name}: ${message}\n`);
        process.exit(1);
      }
    },
  );
}

function stopOnce(app: RunningApp): () => void {
  let stopping = false;
  return () => {
    if (stopping) {
      app.hurry?.();
      return;
    }
    stopping = true;
    app.stop().then(
      () => process.exit(),
      () => process.exit(1),
    );
  };
}

function publicMessageOf(error: unknown): string {
  if (error instanceof ManylineError) return error.publicMessage;
  return error instanceof Error ? error.message : String(error);
}
