import { connectBus } from '@manyline/bus';
import { loadConfig } from '@manyline/config';
import { openDatabase } from '@manyline/db';
import { ManylineError } from '@manyline/kernel';
import { createLogger, createMetrics, serveMetrics } from '@manyline/telemetry';
import { CallRecordWriter } from './call-record-writer.ts';

/** Takes jobs from the queues; told by its parent to stop with SIGTERM, or by the end of the channel to it. */
async function main(): Promise<void> {
  const { databaseUrl, redisUrl, sealingKey, metricsSocketDir, logLevel } = loadConfig();
  if (!databaseUrl || !redisUrl || !sealingKey) throw new Error('DATABASE_URL, REDIS_URL and SEALING_KEY are needed');
  const logger = createLogger({ name: 'jobs', level: logLevel });
  const metrics = createMetrics('jobs');
  const database = await openDatabase({ url: databaseUrl, sealingKey, logger });
  const bus = await connectBus({ redisUrl, logger });
  const writer = new CallRecordWriter({ database, metrics });
  const consumer = bus.consumeCdrs((records) => writer.write(records));
  const metricsServer =
    metricsSocketDir === undefined ? undefined : await serveMetrics(`${metricsSocketDir}/jobs.sock`, metrics.registry);

  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await consumer.close();
    await bus.close();
    await database.close();
    await metricsServer?.close();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => {});
  process.on('disconnect', () => {
    setTimeout(() => process.exit(1), 5000).unref();
    void stop();
  });
  process.send?.({ type: 'ready' });
}

main().catch((error: unknown) => {
  const message =
    error instanceof ManylineError ? error.publicMessage : error instanceof Error ? error.message : String(error);
  // The parent, if there is one, says it.
  if (process.send === undefined) process.stderr.write(`jobs: ${message}\n`);
  process.send?.({ type: 'failed', message });
  process.exit(1);
});
