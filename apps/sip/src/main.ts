import { join } from 'node:path';
import { type RunningApp, runApp } from '@manyline/app-process';
import { connectBus } from '@manyline/bus';
import { loadConfig } from '@manyline/config';
import { openDatabase } from '@manyline/db';
import { systemClock } from '@manyline/kernel';
import { MediaClient } from '@manyline/media';
import { createLogger, createMetrics, serveMetrics } from '@manyline/telemetry';
import { SipWorker } from './sip-worker.ts';

/** Starts one SIP worker. */
async function start(): Promise<RunningApp> {
  const config = loadConfig();
  const { databaseUrl, redisUrl, sealingKey, mediaControl, metricsSocketDir } = config;
  if (!databaseUrl || !redisUrl || !sealingKey || !mediaControl) {
    throw new Error('DATABASE_URL, REDIS_URL, SEALING_KEY and MEDIA_CONTROL are needed');
  }
  const logger = createLogger({ name: 'sip', level: config.logLevel });
  const metrics = createMetrics('sip');
  const clock = systemClock;
  const database = await openDatabase({ url: databaseUrl, sealingKey, logger });
  const bus = await connectBus({
    redisUrl,
    logger,
    workerId: config.workerId,
    spoolPath: join(config.dataDir, 'spool', `cdr-${config.workerId}.jsonl`),
  });
  const media = new MediaClient({ clientId: config.workerId, clock, logger });
  await media.connect(mediaControl);
  const worker = new SipWorker({ clock, logger, config, database, bus, media, metrics });
  const ports = await worker.start();
  const metricsServer =
    metricsSocketDir === undefined
      ? undefined
      : await serveMetrics(join(metricsSocketDir, 'sip.sock'), metrics.registry);

  // A slip in the handling of one call must not end all others.
  process.on('unhandledRejection', (error) => logger.error({ err: error }, 'a promise was rejected and nobody cared'));
  return {
    details: { host: config.sipHost, ...ports },
    stop: async () => {
      await worker.stop();
      await bus.close();
      await media.close();
      await metricsServer?.close();
      await database.close();
    },
    hurry: () => worker.hurry(),
  };
}

runApp('sip', start);
