import type { ChainableCommander } from 'ioredis';
import { BusUnavailableError } from './errors.ts';

/** Sends a pipeline; throws BusUnavailableError when any of its commands failed. Gives the replies in order. */
export async function runPipeline(pipeline: ChainableCommander): Promise<unknown[]> {
  let replies: [Error | null, unknown][] | null;
  try {
    replies = await pipeline.exec();
  } catch (error) {
    throw new BusUnavailableError(error);
  }
  const failure = replies?.find(([error]) => error !== null);
  if (replies === null || failure !== undefined) throw new BusUnavailableError(failure?.[0]);
  return replies.map(([, reply]) => reply);
}

/** Awaits a single command; throws BusUnavailableError when it failed. */
export async function runCommand<Reply>(command: Promise<Reply>): Promise<Reply> {
  try {
    return await command;
  } catch (error) {
    throw new BusUnavailableError(error);
  }
}
