/** The media process of a host: relay threads, and the control socket through which SIP workers use them. */
import { loadConfig } from '@manyline/config';
import { bestSocketKind } from '@manyline/media';
import { createLogger } from '@manyline/telemetry';
import { type MediaProcess, startMediaProcess } from './media-process.ts';

/** After the parent process died the children must not outlive it for long. */
const LONGEST_STOP_MS = 5000;

async function main(): Promise<void> {
  const config = loadConfig();
  const logger = createLogger({ name: 'media', level: config.logLevel });
  const media = await startMediaProcess({
    config,
    logger,
    sockets: process.argv.includes('--node-sockets') ? 'node' : bestSocketKind(),
    onFailure: (error) => {
      logger.error({ err: error }, 'a relay thread failed');
      process.exitCode = 1;
      stop(media);
    },
  });
  process.on('SIGTERM', () => stop(media));
  // A terminal sends SIGINT to every process of the group: the one that started us decides when we stop.
  process.on('SIGINT', () => {
    if (process.send === undefined) stop(media);
  });
  process.on('disconnect', () => stop(media));
  logger.info(media.details, 'media process is ready');
  process.send?.({ type: 'ready', ...media.details });
}

function stop(media: MediaProcess): void {
  setTimeout(() => process.exit(1), LONGEST_STOP_MS).unref();
  media.close().then(
    () => process.exit(),
    () => process.exit(1),
  );
}

main().catch((error: Error) => {
  const report = { type: 'failed', message: error.message };
  if (process.send === undefined) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
  process.send(report, () => process.exit(1));
});
