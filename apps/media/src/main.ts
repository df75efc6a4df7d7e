/** The media process of a host: the relay, and the control socket through which SIP workers use it. */
import { type RunningApp, runApp } from '@manyline/app-process';
import { loadConfig } from '@manyline/config';
import { bestSocketKind } from '@manyline/media';
import { createLogger } from '@manyline/telemetry';
import { startMediaProcess } from './media-process.ts';

const LONGEST_CLOSE_MS = 5_000;

async function start(): Promise<RunningApp> {
  const config = loadConfig();
  const logger = createLogger({ name: 'media', level: config.logLevel });
  const media = await startMediaProcess({
    config,
    logger,
    sockets: process.argv.includes('--node-sockets') ? 'node' : bestSocketKind(),
    onFailure: (error) => {
      logger.error({ err: error }, 'a relay thread failed');
      process.exit(1);
    },
  });
  logger.info(media.details, 'media process is ready');
  return {
    details: { ...media.details },
    stop: () => {
      setTimeout(() => process.exit(1), LONGEST_CLOSE_MS).unref();
      return media.close();
    },
  };
}

runApp('media', start);
