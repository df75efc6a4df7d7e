import type { Clock } from '@manyline/kernel';
import { BusUnavailableError } from './errors.ts';

/**
 * `answer`, or BusUnavailableError when it takes longer than `limitMs`: for somebody who waits and would rather hear
 * that Redis hangs. What was asked of Redis may still happen.
 */
export async function answerInTime<Answer>(clock: Clock, limitMs: number, answer: Promise<Answer>): Promise<Answer> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = clock.after(limitMs, () => {
    reject(new BusUnavailableError(new Error(`Redis did not answer within ${limitMs} ms`)));
  });
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    timer.cancel();
  }
}
