import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf } from './process-identity.ts';

const POLL_MS = 25;

/** Signals to send in turn, each with the time that the process then has to end. */
export type EndingSteps = readonly { readonly signal: NodeJS.Signals; readonly patienceMs: number }[];

/**
 * Ends a process that is not our child, if `isOurs` recognises its command line.
 * Resolves with whether there was one, once it is gone.
 */
export async function endLeftover(
  pid: number,
  isOurs: (command: string) => boolean,
  steps: EndingSteps,
): Promise<boolean> {
  const identity = Number.isInteger(pid) && pid > 1 ? await identityOf(pid) : undefined;
  if (identity === undefined || pid === process.pid || !isOurs(identity.command)) return false;
  const isGone = async () => (await identityOf(pid))?.startedAt !== identity.startedAt;
  for (const { signal, patienceMs } of steps) {
    try {
      process.kill(pid, signal);
    } catch {
      return true;
    }
    for (let waited = 0; waited < patienceMs; waited += POLL_MS) {
      if (await isGone()) return true;
      await sleep(POLL_MS);
    }
  }
  return true;
}
