const callbacks: (() => void)[] = [];
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

function runAll(): void {
  for (const callback of callbacks.splice(0)) callback();
}

/**
 * Runs a synchronous callback when this process ends by itself or by a signal; vitest ends its workers by SIGTERM.
 * Callbacks run in the order of their registration.
 */
export function onProcessEnd(callback: () => void): void {
  if (callbacks.length === 0) {
    process.once('exit', runAll);
    for (const signal of SIGNALS) {
      process.once(signal, () => {
        runAll();
        // The listener is gone now: the signal takes its usual effect.
        process.kill(process.pid, signal);
      });
    }
  }
  callbacks.push(callback);
}
