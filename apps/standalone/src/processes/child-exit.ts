import type { ChildProcess } from 'node:child_process';
import type { EndingSteps } from './end-process.ts';

/** How a child ended, in words. */
export function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined) resolve(error.message);
    });
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
}

/** A process that is hurried still gets this long. */
const HURRIED_PATIENCE_MS = 5000;

/**
 * Sends the signals of `steps` in turn until the child has ended. When `hurry` is aborted the signal is sent once
 * more, which lets the child cut short what it waits for, and the patience shrinks to 5 s.
 */
export async function endChild(
  child: ChildProcess,
  exited: Promise<string>,
  steps: EndingSteps,
  hurry: AbortSignal,
): Promise<void> {
  for (const { signal, patienceMs } of steps) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await waitAtMost(exited, patienceMs, hurry, () => child.kill(signal));
  }
  await exited;
}

function waitAtMost(
  exited: Promise<string>,
  patienceMs: number,
  hurry: AbortSignal,
  onHurried: () => void,
): Promise<void> {
  return new Promise((resolve) => {
    const hurriedMs = Math.min(patienceMs, HURRIED_PATIENCE_MS);
    let timer = setTimeout(resolve, hurry.aborted ? hurriedMs : patienceMs);
    const shorten = () => {
      clearTimeout(timer);
      timer = setTimeout(resolve, hurriedMs);
      onHurried();
    };
    hurry.addEventListener('abort', shorten, { once: true });
    void exited.then(() => {
      clearTimeout(timer);
      hurry.removeEventListener('abort', shorten);
      resolve();
    });
  });
}
