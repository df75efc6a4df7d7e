import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { freePortRun } from './port-block.ts';
import { type ProcessEntry, processRuns, processTree } from './process-tree.ts';
import { type ProcessExit, RunningProcess } from './running-process.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** The JSON of the `manyline ready:` line. */
export interface ReadyReport {
  readonly http: string;
  readonly console: string;
  readonly sip: { readonly host: string; readonly port: number; readonly tlsPort: number };
  readonly demo: {
    readonly domain: string;
    readonly admin: { readonly email: string; readonly password: string };
    readonly localUsers: readonly { readonly number: string; readonly password: string }[];
  } | null;
}

export interface ManylineOptions {
  /** Kept after the stop, so that another start finds it; a new folder by default. */
  readonly dataDir?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** `node` runs the supervisor itself, `npm` goes through `npm start`. */
  readonly through?: 'node' | 'npm';
  /** How many RTP ports it gets; 200 by default. */
  readonly rtpPorts?: number;
  readonly uid?: number;
  readonly gid?: number;
}

const REPOSITORY = join(import.meta.dirname, '..', '..', '..');
const READY_TIMEOUT_MS = 60_000;
/** Two ports a leg; enough for some calls at once, and for the ports of ended calls to rest. */
const RTP_PORTS = 200;
const SERVICE_PORTS = 5;

/** The environment of a server of its own: free ports on loopback and a folder for its data. */
export async function isolatedEnvironment(dataDir: string, rtpPorts = RTP_PORTS): Promise<Record<string, string>> {
  const service = await freePortRun(SERVICE_PORTS);
  const rtp = await freePortRun(rtpPorts);
  return {
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: String(service),
    SIP_HOST: '127.0.0.1',
    SIP_PORT: String(service + 1),
    SIP_TLS_PORT: String(service + 2),
    SIP_WS_PORT: String(service + 3),
    SIP_WSS_PORT: String(service + 4),
    RTP_PORT_MIN: String(rtp),
    RTP_PORT_MAX: String(rtp + rtpPorts - 1),
    BASE_DOMAIN: 'pbx.test',
    DATA_DIR: dataDir,
    DRAIN_SECONDS: '0',
    SIGNUP_RATE_LIMIT: '100000',
    LOGIN_RATE_LIMIT: '100000',
    API_RATE_LIMIT: '1000000',
  };
}

/** Starts a server and does not wait: for starts that are expected to fail. */
export function spawnManyline(
  env: Readonly<Record<string, string | undefined>>,
  options: ManylineOptions = {},
): RunningProcess {
  const [command, args] =
    options.through === 'npm' ? ['npm', ['start']] : [process.execPath, ['apps/standalone/src/main.ts']];
  // Variables that vitest sets for its own workers would change how the server behaves.
  const { NODE_ENV: _, VITEST: __, NODE_OPTIONS: ___, ...inherited } = process.env;
  return RunningProcess.spawn(command, args, {
    cwd: REPOSITORY,
    env: { ...inherited, ...env },
    uid: options.uid,
    gid: options.gid,
  });
}

/** A whole server of its own: `npm start` on free ports with a data directory of the test's. */
export class ManylineProcess {
  readonly ready: ReadyReport;
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly #process: RunningProcess;

  private constructor(child: RunningProcess, ready: ReadyReport, dataDir: string, env: ManylineProcess['env']) {
    this.#process = child;
    this.ready = ready;
    this.dataDir = dataDir;
    this.env = env;
  }

  static async start(options: ManylineOptions = {}): Promise<ManylineProcess> {
    const dataDir = options.dataDir ?? temporaryDirectory('manyline');
    const env = { ...(await isolatedEnvironment(dataDir, options.rtpPorts)), ...options.env };
    return ManylineProcess.#launch(dataDir, env, options);
  }

  static async #launch(
    dataDir: string,
    env: ManylineProcess['env'],
    options: ManylineOptions,
  ): Promise<ManylineProcess> {
    const child = spawnManyline(env, options);
    try {
      const [, json] = await child.waitForOutput(/^manyline ready: (\{.*\})\s*$/m, READY_TIMEOUT_MS);
      return new ManylineProcess(child, JSON.parse(json ?? '') as ReadyReport, dataDir, env);
    } catch (error) {
      await child.stop('SIGTERM', 5000);
      throw error;
    }
  }

  /** Starts again on the same data, ports and settings after this one has ended. */
  startAgain(): Promise<ManylineProcess> {
    return ManylineProcess.#launch(this.dataDir, this.env, {});
  }

  get http(): string {
    return this.ready.http;
  }

  /** Where phones and probes send to. */
  get sip(): { readonly host: string; readonly port: number; readonly tlsPort: number } {
    return { ...this.ready.sip, host: '127.0.0.1' };
  }

  get log(): string {
    return this.#process.output;
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** The supervisor and everything that it started. */
  processes(): ProcessEntry[] {
    return processTree(this.#process.pid);
  }

  /** The sum of a metric over its label sets that contain all of `labels`; 0 when it is not there. */
  async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const text = await (await fetch(`${this.http}/metrics`)).text();
    let sum = 0;
    for (const line of text.split('\n')) {
      const match = /^([\w:]+)(?:\{(.*)\})? ([-+.\deE]+)/.exec(line);
      if (match?.[1] !== name) continue;
      const fits = Object.entries(labels).every(([label, value]) => match[2]?.includes(`${label}="${value}"`));
      if (fits) sum += Number(match[3]);
    }
    return sum;
  }

  /** Ends it as an operator does; gives how it exited. */
  stop(signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM', graceMs = 20_000): Promise<ProcessExit> {
    return this.#process.stop(signal, graceMs);
  }

  /** What a power cut does: SIGKILL to every process of it at once; resolves when all are gone. */
  async kill9(): Promise<void> {
    const pids = this.processes().map((entry) => entry.pid);
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone already.
      }
    }
    await this.#process.exited;
    await eventually('the killed processes are gone', () => pids.every((pid) => !processRuns(pid)));
  }
}
