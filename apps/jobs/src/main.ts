import { type RunningApp, runApp } from '@manyline/app-process';
import { connectBus } from '@manyline/bus';
import { loadConfig } from '@manyline/config';
import { openDatabase } from '@manyline/db';
import { createLogger, createMetrics, serveMetrics } from '@manyline/telemetry';
import { CallRecordWriter } from './call-record-writer.ts';

/** Takes jobs from the queues. */
async function start(): Promise<RunningApp> {
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

  return {
    stop: async () => {
      await consumer.close();
      await bus.close();
      await database.close();
      await metricsServer?.close();
    },
  };
}

runApp('jobs', start);
