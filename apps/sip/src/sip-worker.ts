import { hkdfSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { Bus } from '@manyline/bus';
import { CallEngine } from '@manyline/calls';
import type { Config, TlsFiles } from '@manyline/config';
import type { Database } from '@manyline/db';
import { type Clock, type Logger, ManylineError } from '@manyline/kernel';
import type { MediaClient } from '@manyline/media';
import { type Flow, LocalAddressResolver, SipTransports, UserAgent } from '@manyline/sip';
import type { Metrics } from '@manyline/telemetry';
import { Authenticator } from './authenticator.ts';
import { CallJournal } from './call-journal.ts';
import { CertificateWatch } from './certificate-watch.ts';
import { Locations } from './locations.ts';
import { RegisterHandler } from './register-handler.ts';
import { RequestHandler } from './request-handler.ts';
import { TenantDirectory } from './tenant-directory.ts';
import { createWorkerMetrics, type WorkerMetrics } from './worker-metrics.ts';

export interface SipWorkerOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: Config;
  readonly database: Database;
  readonly bus: Bus;
  readonly media: MediaClient;
  readonly metrics: Metrics;
}

/** The ports that a worker listens on. */
export interface ListeningPorts {
  readonly udpPort: number;
  readonly tcpPort: number;
  readonly tlsPorts: readonly number[];
}

/** One SIP worker: the sockets, the tenants, the registrations and the calls, wired together. */
export class SipWorker {
  readonly #options: SipWorkerOptions;
  readonly #transports: SipTransports;
  readonly #userAgent: UserAgent;
  readonly #tenants: TenantDirectory;
  readonly #locations: Locations;
  readonly #calls: CallEngine;
  readonly #journal: CallJournal;
  readonly #metrics: WorkerMetrics;
  #certificates: CertificateWatch | undefined;
  #ports: ListeningPorts = { udpPort: 0, tcpPort: 0, tlsPorts: [] };

  constructor(options: SipWorkerOptions) {
    this.#options = options;
    const { clock, logger, config, database, bus, media } = options;
    this.#tenants = new TenantDirectory({
      clock,
      logger,
      loadEntries: () => database.directory(),
      loadSnapshot: (tenantId) => database.loadSnapshot(tenantId),
      onLoaded: (snapshot) => this.#locations.dropStrangers(snapshot),
    });
    this.#locations = new Locations({ clock, store: bus.registrations, transports: () => this.#transports });
    this.#userAgent = new UserAgent({
      clock,
      logger,
      contactFor: (flow) => this.#contactFor(flow),
      flowTo: (target) => this.#transports.flowTo(target),
      onRequest: (request, flow) => requests.handle(request, flow),
      onDiscard: (reason) => this.#metrics.discarded(reason),
    });
    this.#transports = new SipTransports({
      clock,
      logger,
      resolver: new LocalAddressResolver({ clock, publicAddress: config.publicAddress }),
      handler: {
        onMessage: (message, flow) => this.#userAgent.transactions.receive(message, flow),
        onMalformed: (error, flow) => {
          this.#metrics.malformed(error.rule);
          this.#userAgent.transactions.receiveMalformed(error, flow);
        },
        onFlowClosed: (flow) => this.#userAgent.flowClosed(flow),
        onSendFailed: (flow) => this.#userAgent.transactions.flowClosed(flow),
        onDiscard: (reason) => this.#metrics.discarded(reason),
      },
    });
    this.#journal = new CallJournal({
      bus,
      clock,
      logger,
      workerId: config.workerId,
      onEnded: (record) => this.#metrics.callEnded(record.result),
    });
    this.#calls = new CallEngine({
      clock,
      logger,
      userAgent: this.#userAgent,
      media,
      locations: this.#locations,
      observer: this.#journal,
    });
    this.#metrics = createWorkerMetrics(options.metrics, {
      registrations: () => this.#locations.size,
      calls: () => this.#calls.size,
      tenants: () => this.#tenants.size,
    });
    const requests = new RequestHandler({
      userAgent: this.#userAgent,
      tenants: this.#tenants,
      authenticator: new Authenticator(clock, nonceSecret(config)),
      logger,
      registrar: new RegisterHandler(clock, this.#locations),
      calls: this.#calls,
      metrics: this.#metrics,
      isOwnHost: (host, flow) =>
        host === flow.localAddress || host === `[${flow.localAddress}]` || host === config.baseDomain,
    });
    bus.onTenantChanged(({ tenantId, sipDomain, version, suspended }) =>
      this.#tenants.apply({ id: tenantId, sipDomain, version, suspended }),
    );
    bus.onResubscribed(() => void this.#tenants.reconcile().catch(() => {}));
    bus.onCommand((command) => this.#locations.remove(command.tenantId, command.registrationId));
    media.on('mediaTimeout', (sessionId) => this.#calls.mediaTimedOut(sessionId));
    media.on('sessionsLost', (sessionIds) => {
      for (const sessionId of sessionIds) this.#calls.mediaLost(sessionId);
    });
  }

  /** Reads the state, then listens; rejects with a clear error when a port is taken. */
  async start(): Promise<ListeningPorts> {
    const { config, database } = this.#options;
    await this.#tenants.open();
    await this.#locations.restore((await database.directory()).map(({ id }) => id));
    await this.#journal.recover();
    const { sipHost: host, sipPort } = config;
    const udpPort = await naming('SIP_PORT', this.#transports.listenUdp({ host, port: sipPort }));
    // With an ephemeral port UDP and TCP still share one number.
    const tcpPort = await naming('SIP_PORT', this.#transports.listenTcp({ host, port: udpPort }));
    const tlsPorts = config.sipTls === undefined ? [] : await this.#listenTls(host, config.sipTls, config.sipTlsPorts);
    this.#ports = { udpPort, tcpPort, tlsPorts };
    return this.#ports;
  }

  async #listenTls(host: string, files: TlsFiles, ports: readonly number[]): Promise<number[]> {
    const [cert, key] = await Promise.all([readFile(files.cert), readFile(files.key)]);
    const listening: number[] = [];
    for (const port of ports) {
      listening.push(await naming('SIP_TLS_PORT', this.#transports.listenTls({ host, port, cert, key })));
    }
    this.#certificates = new CertificateWatch({
      files,
      clock: this.#options.clock,
      logger: this.#options.logger,
      onChange: (certificate) => this.#transports.setCertificate(certificate.cert, certificate.key),
    });
    return listening;
  }

  #contactFor(flow: Flow): string {
    const host = isIP(flow.localAddress) === 6 ? `[${flow.localAddress}]` : flow.localAddress;
    const { udpPort, tcpPort, tlsPorts } = this.#ports;
    switch (flow.protocol) {
      case 'UDP':
        return `<sip:${host}:${udpPort}>`;
      case 'TCP':
        return `<sip:${host}:${tcpPort};transport=tcp>`;
      default:
        return `<sip:${host}:${tlsPorts.includes(flow.localPort) ? flow.localPort : (tlsPorts[0] ?? flow.localPort)};transport=tls>`;
    }
  }

  /** Refuses new calls, lets calls drain, ends the rest with BYE, makes all records durable, closes the sockets. */
  async stop(): Promise<void> {
    const { clock, config } = this.#options;
    await this.#calls.stop(config.drainSeconds * 1000);
    await this.#journal.close();
    await this.#waitForByes(clock);
    this.#certificates?.close();
    this.#locations.close();
    this.#tenants.close();
    this.#userAgent.transactions.close();
    await this.#transports.close();
  }

  /** Ends the drain of a stop that is under way. */
  hurry(): void {
    void this.#calls.stop(0);
  }

  /** The BYEs that just went out get a moment for their answers, or for a second try. */
  #waitForByes(clock: Clock): Promise<void> {
    return new Promise((resolve) => {
      const deadline = clock.now() + 2_000;
      const look = (): void => {
        if (this.#userAgent.sessionCount === 0 || clock.now() >= deadline) resolve();
        else clock.after(20, look);
      };
      look();
    });
  }
}

/**
 * The key of the nonces, the same in every life of every worker: credentials on a nonce from before a restart are right but
 * stale, and the phone is not taken for one with a wrong password.
 */
function nonceSecret({ sealingKey = '' }: Config): Buffer {
  return Buffer.from(hkdfSync('sha256', Buffer.from(sealingKey, 'base64'), '', 'manyline sip nonce', 32));
}

/** Lets the failure to listen name the variable that would mend it. */
async function naming(variable: string, listening: Promise<number>): Promise<number> {
  try {
    return await listening;
  } catch (error) {
    if (!(error instanceof ManylineError)) throw error;
    throw new ManylineError({ code: error.code, publicMessage: `${error.publicMessage} (${variable})`, cause: error });
  }
}
