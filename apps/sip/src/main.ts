import { join } from 'node:path';
import { connectBus } from '@manyline/bus';
import { loadConfig } from '@manyline/config';
import { openDatabase } from '@manyline/db';
import { ManylineError, systemClock } from '@manyline/kernel';
import { MediaClient } from '@manyline/media';
import { createLogger, createMetrics, serveMetrics } from '@manyline/telemetry';
import { SipWorker } from './sip-worker.ts';

/** Starts one SIP worker; told by its parent to stop with SIGTERM, or by the end of the channel to it. */
async function main(): Promise<void> {
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

  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) {
      worker.hurry();
      return;
    }
    stopping = true;
    await worker.stop();
    await bus.close();
    await media.close();
    await metricsServer?.close();
    await database.close();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => {});
  process.on('disconnect', () => {
    setTimeout(() => process.exit(1), 5_000).unref();
    void stop();
  });
  process.send?.({ type: 'ready', host: config.sipHost, ...ports });
}

main().catch((error: unknown) => {
  const message =
    error instanceof ManylineError ? error.publicMessage : error instanceof Error ? error.message : String(error);
  if (process.send === undefined) {
    process.stderr.write(`sip: ${message}\n`);
    process.exit(1);
  }
  process.send({ type: 'failed', message }, () => process.exit(1));
});
