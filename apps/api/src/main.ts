import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunningApp, runApp } from '@manyline/app-process';
import { connectBus } from '@manyline/bus';
import { type Config, loadConfig } from '@manyline/config';
import { openDatabase } from '@manyline/db';
import { createLogger, createMetrics, serveMetrics } from '@manyline/telemetry';
import { PasswordHasher } from './auth/password-hasher.ts';
import { TokenIssuer } from './auth/token-issuer.ts';
import { createApiServer, type TlsMaterial } from './server.ts';

/** Requests that have not ended by then are cut off. */
const LONGEST_CLOSE_MS = 5000;

/** Starts the API. */
async function start(): Promise<RunningApp> {
  const config = loadConfig();
  const { databaseUrl, redisUrl, sealingKey, jwtSecret, metricsSocketDir } = config;
  if (!databaseUrl || !redisUrl || !sealingKey || !jwtSecret) {
    throw new Error('DATABASE_URL, REDIS_URL, SEALING_KEY and JWT_SECRET are needed');
  }
  const tls = await readTlsFiles(config);
  const logger = createLogger({ name: 'api', level: config.logLevel });
  const metrics = createMetrics('api');
  const database = await openDatabase({ url: databaseUrl, sealingKey, logger });
  const bus = await connectBus({ redisUrl, logger });
  const context = {
    settings: config,
    database,
    bus,
    logger,
    metrics,
    tokens: new TokenIssuer(jwtSecret),
    passwords: new PasswordHasher(),
  };
  const app = await createApiServer(context, tls);
  const metricsServer = metricsSocketDir && (await serveMetrics(join(metricsSocketDir, 'api.sock'), metrics.registry));
  await listen(app, config);

  return {
    details: { scheme: tls === undefined ? 'http' : 'https', host: config.httpHost, port: config.httpPort },
    stop: async () => {
      setTimeout(() => process.exit(0), LONGEST_CLOSE_MS).unref();
      await app.close();
      if (metricsServer) await metricsServer.close();
      await bus.close();
      await database.close();
    },
  };
}

async function readTlsFiles({ httpTls }: Config): Promise<TlsMaterial | undefined> {
  if (httpTls === undefined) return undefined;
  const read = async (path: string, variable: string) => {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      throw new Error(`${path} (${variable}) cannot be read: ${error instanceof Error ? error.message : error}`);
    }
  };
  return { cert: await read(httpTls.cert, 'HTTP_TLS_CERT'), key: await read(httpTls.key, 'HTTP_TLS_KEY') };
}

async function listen(app: Awaited<ReturnType<typeof createApiServer>>, { httpHost, httpPort }: Config): Promise<void> {
  try {
    await app.listen({ host: httpHost, port: httpPort });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') throw new Error(`port ${httpPort} (HTTP_PORT) is in use`);
    if (code === 'EACCES') throw new Error(`port ${httpPort} (HTTP_PORT) may not be opened by this user`);
    if (code === 'EADDRNOTAVAIL') throw new Error(`${httpHost} (HTTP_HOST) is no address of this machine`);
    throw error;
  }
}

runApp('api', start);
