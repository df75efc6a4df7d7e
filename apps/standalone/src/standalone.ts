/** A whole server on one machine: PostgreSQL, Redis and the apps, started in order and stopped in the other. */
import { join } from 'node:path';
import { connectBus } from '@manyline/bus';
import type { Config, TlsFiles } from '@manyline/config';
import { DEMO_ADMIN_EMAIL } from '@manyline/db';
import { type Logger, silentLogger } from '@manyline/kernel';
import { type DataDirectory, openDataDirectory, unusable } from './data/data-directory.ts';
import { loadSecrets, type Secrets, saveSecrets } from './data/secrets.ts';
import { ensureCertificate } from './data/tls-certificate.ts';
import { assertTlsFilesAreReadable } from './data/tls-files.ts';
import { type ReadyDetails, startApp } from './processes/app-process.ts';
import { AppRegistry } from './processes/app-registry.ts';
import { InstanceLock } from './processes/instance-lock.ts';
import { KeptAlive } from './processes/kept-alive.ts';
import { say, sayStep } from './progress.ts';
import { makeReadyReport, type ReadyReport } from './ready-report.ts';
import { clusterLocation, existingCluster } from './servers/cluster-location.ts';
import { ensureDemoTenant, prepareDatabase } from './servers/database-preparation.ts';
import { withFreePort } from './servers/free-port.ts';
import { assertPortsAreFree } from './servers/listening-ports.ts';
import { ensureCluster, OWNER } from './servers/postgres-cluster.ts';
import { postgresPrograms } from './servers/postgres-programs.ts';
import { endLeftoverPostgres, startPostgres } from './servers/postgres-server.ts';
import { redisProgram } from './servers/redis-program.ts';
import { endLeftoverRedis, startRedis } from './servers/redis-server.ts';
import { serverUser } from './servers/server-user.ts';
import { StartError } from './start-error.ts';

export interface StandaloneOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** Aborted to give the start up, and when the server stops. */
  readonly stopping: AbortSignal;
  /** A process that calls need dies again and again: the server must stop. */
  readonly onGivenUp: (message: string) => void;
}

/** The time an app may take to stop, on top of the drain. */
const STOP_PATIENCE_MS = 15_000;
/** However often these die, they take no call with them: they are started again for ever. */
const CALLS_GO_ON_WITHOUT: ReadonlySet<string> = new Set(['jobs', 'api']);

/** Start with `start`; whether that succeeded or not, `stop` ends everything that was started. */
export class Standalone {
  readonly #options: StandaloneOptions;
  /** What must be undone, in the order of starting. */
  readonly #started: { readonly name: string; stop(hurry: AbortSignal): Promise<void> }[] = [];
  #stopped: Promise<void> | undefined;

  constructor(options: StandaloneOptions) {
    this.#options = options;
  }

  /** Resolves when every part is ready. Throws StartError, or the reason of `stopping`. */
  async start(): Promise<ReadyReport> {
    const { config } = this.#options;
    const directory = await openDataDirectory(config.dataDir);
    try {
      return await this.#startParts(directory);
    } catch (error) {
      throw unusable(directory.root, error);
    }
  }

  /** Resolves when everything is gone. Aborting `hurry` cuts short what takes its time. May be called twice. */
  stop(hurry: AbortSignal): Promise<void> {
    this.#stopped ??= this.#stop(hurry);
    return this.#stopped;
  }

  async #stop(hurry: AbortSignal): Promise<void> {
    // The SIP worker drains first, while everything that it needs is there.
    const order = ['sip', 'api', 'jobs', 'media', 'Redis', 'PostgreSQL', 'lock'];
    const rank = (name: string) => order.indexOf(name);
    for (const part of this.#started.toSorted((a, b) => rank(a.name) - rank(b.name))) await part.stop(hurry);
  }

  async #startParts(directory: DataDirectory): Promise<ReadyReport> {
    const { config, stopping } = this.#options;
    const lock = await InstanceLock.take(directory.lock, directory.root);
    this.#started.push({ name: 'lock', stop: () => lock.release() });
    const registry = new AppRegistry(directory.run);
    await registry.endLeftovers();

    const secrets = await loadSecrets(directory, (await existingCluster(directory)) !== undefined);
    // What is missing or taken is said before anything is started.
    await assertPortsAreFree(config);
    await assertTlsFilesAreReadable(config);
    const ownRedis = config.redisUrl === undefined ? await redisProgram() : '';
    const sipTls = config.sipTls ?? (await ensureCertificate(directory.tls, config));
    const [ownerUrl, redisUrl] = await bothSettled(
      config.databaseUrl ?? this.#startPostgres(directory, secrets),
      config.redisUrl ?? this.#startRedis(ownRedis, directory, secrets),
    );
    await assertRedisAnswers(redisUrl, config.redisUrl === undefined ? 'the embedded one' : 'REDIS_URL');
    stopping.throwIfAborted();
    const embedded = config.databaseUrl === undefined;
    const databaseUrl = await prepareDatabase(
      {
        ownerUrl,
        applicationPassword: embedded ? secrets.databasePassword : undefined,
        place: embedded ? directory.root : 'DATABASE_URL',
      },
      this.#options.logger,
    );
    const sealingKey = config.sealingKey ?? secrets.sealingKey;
    const demo = config.demoTenant ? await this.#ensureDemo(directory, secrets, databaseUrl, sealingKey) : null;
    stopping.throwIfAborted();

    const env = appEnvironment({ config, directory, secrets, sipTls, databaseUrl, redisUrl, sealingKey });
    return await this.#startApps(env, registry, demo);
  }

  async #startPostgres(directory: DataDirectory, secrets: Secrets): Promise<string> {
    const user = await serverUser();
    const programs = await postgresPrograms(user);
    const folder = await clusterLocation(directory, user);
    if (await endLeftoverPostgres(folder)) say('manyline: a PostgreSQL of an earlier run was stopped');
    const ownerPassword = secrets.databaseOwnerPassword;
    if ((await existingCluster(directory)) === undefined) sayStep('making the database');
    await ensureCluster({ programs, user, folder, ownerPassword });
    sayStep('starting PostgreSQL');
    const logPath = join(directory.logs, 'postgres.log');
    return withFreePort(async (port) => {
      await this.#keep('PostgreSQL', (signal) => startPostgres({ programs, user, folder, port, logPath }, signal));
      // The database that initdb makes.
      return `postgresql://${OWNER}:${encodeURIComponent(ownerPassword)}@127.0.0.1:${port}/postgres`;
    });
  }

  async #startRedis(program: string, directory: DataDirectory, secrets: Secrets): Promise<string> {
    if (await endLeftoverRedis(directory.redis)) say('manyline: a Redis of an earlier run was stopped');
    sayStep('starting Redis');
    const password = secrets.redisPassword;
    const logPath = join(directory.logs, 'redis.log');
    return withFreePort(async (port) => {
      const options = { program, folder: directory.redis, port, password, logPath };
      await this.#keep('Redis', (signal) => startRedis(options, signal));
      return `redis://:${encodeURIComponent(password)}@127.0.0.1:${port}`;
    });
  }

  async #ensureDemo(
    directory: DataDirectory,
    secrets: Secrets,
    databaseUrl: string,
    sealingKey: string,
  ): Promise<ReadyReport['demo']> {
    const { config, logger } = this.#options;
    const credentials = secrets.demo;
    const { baseDomain } = config;
    const tenant = await ensureDemoTenant({ databaseUrl, sealingKey, baseDomain, credentials, logger });
    const isOurs = tenant.created || credentials.used || config.databaseUrl === undefined;
    // Somebody else's demo tenant in a shared database has passwords that we do not know.
    if (!isOurs) return null;
    if (!credentials.used) await saveSecrets(directory, { ...secrets, demo: { ...credentials, used: true } });
    return {
      domain: tenant.domain,
      admin: { email: DEMO_ADMIN_EMAIL, password: credentials.adminPassword },
      localUsers: credentials.localUsers,
    };
  }

  async #startApps(env: NodeJS.ProcessEnv, registry: AppRegistry, demo: ReadyReport['demo']): Promise<ReadyReport> {
    const { config } = this.#options;
    await this.#startApp('media', env, registry);
    const sip = await this.#startApp('sip', env, registry);
    // A worker that is started again must come back on the same ports, even if the system chose them.
    const tlsPorts = numbers(sip.tlsPorts);
    env.SIP_PORT = String(number(sip.udpPort));
    if (tlsPorts.length > 0) env.SIP_TLS_PORT = tlsPorts.join(',');
    await this.#startApp('jobs', env, registry);
    const api = await this.#startApp('api', env, registry);
    env.HTTP_PORT = String(number(api.port));
    return makeReadyReport(config, { http: number(api.port), sip: number(sip.udpPort), sipTls: tlsPorts[0] }, demo);
  }

  async #startApp(name: string, env: NodeJS.ProcessEnv, registry: AppRegistry): Promise<ReadyDetails> {
    sayStep(`starting ${name}`);
    let details: ReadyDetails = {};
    const drainMs = name === 'sip' ? this.#options.config.drainSeconds * 1000 : 0;
    await this.#keep(name, async (signal) => {
      const app = await startApp({
        name,
        env,
        stopPatienceMs: drainMs + STOP_PATIENCE_MS,
        signal,
        onStarted: (pid) => registry.add(name, pid),
      });
      details = app.details;
      return app;
    });
    return details;
  }

  async #keep(name: string, start: Parameters<typeof KeptAlive.start>[0]['start']): Promise<void> {
    const { logger, stopping, onGivenUp } = this.#options;
    const part = { name, logger, stopping, start };
    this.#started.push(await KeptAlive.start(CALLS_GO_ON_WITHOUT.has(name) ? part : { ...part, onGivenUp }));
  }
}

/** Like Promise.all, but a failure waits for the other, so that what it started is known. */
async function bothSettled<A, B>(a: A | Promise<A>, b: B | Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([a, b]);
  return Promise.all([a, b]);
}

async function assertRedisAnswers(redisUrl: string, place: string): Promise<void> {
  try {
    const bus = await connectBus({ redisUrl, logger: silentLogger });
    await bus.close();
  } catch (error) {
    throw new StartError(`Redis (${place}) cannot be reached`, error);
  }
}

interface AppEnvironment {
  readonly config: Config;
  readonly directory: DataDirectory;
  readonly secrets: Secrets;
  readonly sipTls: TlsFiles;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly sealingKey: string;
}

/** Our own environment, with everything filled in that we decided. */
function appEnvironment(settings: AppEnvironment): NodeJS.ProcessEnv {
  const { config, directory, secrets, sipTls, databaseUrl, redisUrl, sealingKey } = settings;
  return {
    ...process.env,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    SEALING_KEY: sealingKey,
    JWT_SECRET: config.jwtSecret ?? secrets.jwtSecret,
    PLATFORM_ADMIN_TOKEN: config.platformAdminToken ?? secrets.platformAdminToken,
    DATA_DIR: directory.root,
    MEDIA_CONTROL: config.mediaControl ?? join(directory.run, 'media-control.sock'),
    // A folder of its own: whoever collects metrics asks every socket in it.
    METRICS_SOCKET_DIR: join(directory.run, 'metrics'),
    SIP_TLS_CERT: sipTls.cert,
    SIP_TLS_KEY: sipTls.key,
    DEMO_TENANT: String(config.demoTenant),
    WORKER_ID: config.workerId,
  };
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'number') : [];
}
