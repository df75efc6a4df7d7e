/** `npm start`. Exit codes: 0 after a stop that was asked for, 1 when it could not start or had to give up. */
import { loadConfig } from '@manyline/config';
import { createLogger } from '@manyline/telemetry';
import { say } from './progress.ts';
import { readyText } from './ready-report.ts';
import { Standalone } from './standalone.ts';
import { describeFailure } from './start-error.ts';

/** npm passes a signal on that the terminal has sent to us as well: closer together they are one. */
const SAME_SIGNAL_MS = 1000;

const stopping = new AbortController();
const hurry = new AbortController();
let failure: string | undefined;
let askedAt = 0;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (!stopping.signal.aborted) {
      askedAt = performance.now();
      say('manyline: stopping …');
      stopping.abort(new Error('asked to stop'));
    } else if (performance.now() - askedAt > SAME_SIGNAL_MS) {
      hurry.abort();
    }
  });
}
// Whoever read our output may be gone before us.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

function complain(message: string): void {
  for (const line of message.split('\n')) process.stderr.write(`manyline: ${line}\n`);
}

async function run(): Promise<void> {
  const config = loadConfig();
  const logger = createLogger({ name: 'standalone', level: config.logLevel });
  const standalone = new Standalone({
    config,
    logger,
    stopping: stopping.signal,
    onGivenUp: (message) => {
      failure ??= message;
      stopping.abort(new Error(message));
    },
  });
  try {
    const report = await standalone.start();
    say(`manyline ready: ${JSON.stringify(report)}`);
    say(readyText(report, config));
    await new Promise<void>((resolve) => {
      if (stopping.signal.aborted) resolve();
      stopping.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  } catch (error) {
    if (!stopping.signal.aborted) failure = `cannot start: ${describeFailure(error)}`;
    stopping.abort();
  } finally {
    await standalone.stop(hurry.signal);
  }
}

try {
  await run();
} catch (error) {
  failure ??= describeFailure(error);
}
if (failure !== undefined) complain(failure);
process.exit(failure === undefined ? 0 : 1);
