import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePortRun } from './port-block.ts';
import { RunningProcess } from './running-process.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** The scenarios of packages/testkit/scenarios; each file's first comment says what it does and which CSV it wants. */
export type SippScenario = 'register' | 'call' | 'answer';

export interface SippOptions {
  readonly scenario: SippScenario;
  /** `host:port` of the server; the answering side needs none. */
  readonly target?: string;
  readonly transport?: 'udp' | 'tcp';
  /** One row a call, used in turn; see `sippCredentials`. */
  readonly rows?: readonly (readonly string[])[];
  /** `[name]` keywords of the scenario. */
  readonly keywords?: Readonly<Record<string, string | number>>;
  readonly calls?: number;
  readonly callsPerSecond?: number;
  /** How long a call talks. */
  readonly holdMs?: number;
  readonly localPort?: number;
  /** The digest-uri; sipp's own default is the target's address, which no registrar can expect. */
  readonly authUri?: string;
  readonly timeoutSeconds?: number;
}

export interface SippStatistics {
  readonly exitCode: number | null;
  readonly created: number;
  readonly successful: number;
  readonly failed: number;
  readonly retransmissions: number;
  /** Created calls per second over the whole run. */
  readonly callsPerSecond: number;
  /** The first unexpected messages, for a failing test's message; empty when there were none. */
  readonly errors: string;
}

/** The CSV field that makes sipp answer a challenge for this user. */
export function sippCredentials(user: string, password: string): string {
  return `[authentication username=${user} password=${password}]`;
}

/** SIP, remote control, and the RTP and RTCP ports that sipp opens for audio and video. */
const PORTS = 8;
const SCENARIOS = join(import.meta.dirname, '..', 'scenarios');

/** One running sipp with a scenario of ours. */
export class Sipp {
  readonly localPort: number;
  readonly #process: RunningProcess;
  readonly #directory: string;

  private constructor(child: RunningProcess, directory: string, localPort: number) {
    this.#process = child;
    this.#directory = directory;
    this.localPort = localPort;
  }

  static async start(options: SippOptions): Promise<Sipp> {
    const directory = temporaryDirectory('sipp');
    const ports = await freePortRun(PORTS);
    const localPort = options.localPort ?? ports;
    const args = ['-nostdin', '-sf', join(SCENARIOS, `${options.scenario}.xml`), '-i', '127.0.0.1'];
    args.push('-p', String(localPort), '-cp', String(ports + 1), '-mp', String(ports + 2));
    args.push('-t', options.transport === 'tcp' ? 't1' : 'u1', '-buff_size', '4194304', '-deadcall_wait', '1000');
    args.push(
      '-trace_stat',
      '-stf',
      join(directory, 'statistics.csv'),
      '-fd',
      '1',
      '-watchdog_minor_maxtriggers',
      '100000',
    );
    args.push('-trace_err', '-error_file', join(directory, 'errors.log'), '-l', '5000');
    if (options.rows !== undefined) {
      const file = join(directory, 'rows.csv');
      writeFileSync(file, `SEQUENTIAL\n${options.rows.map((row) => row.join(';')).join('\n')}\n`);
      args.push('-inf', file);
    }
    for (const [name, value] of Object.entries(options.keywords ?? {})) args.push('-key', name, String(value));
    if (options.calls !== undefined) args.push('-m', String(options.calls));
    if (options.callsPerSecond !== undefined) args.push('-r', String(options.callsPerSecond));
    if (options.holdMs !== undefined) args.push('-d', String(options.holdMs));
    if (options.authUri !== undefined) args.push('-auth_uri', options.authUri);
    args.push('-timeout', `${options.timeoutSeconds ?? 60}s`, '-timeout_error');
    if (options.target !== undefined) args.push(options.target);
    const env = { ...process.env, TERM: 'dumb' };
    return new Sipp(RunningProcess.spawn('sipp', args, { env, cwd: directory }), directory, localPort);
  }

  /** Starts one, waits for its end, and gives its statistics. */
  static async run(options: SippOptions): Promise<SippStatistics> {
    const sipp = await Sipp.start(options);
    const timer = setTimeout(() => sipp.#process.signal('SIGKILL'), ((options.timeoutSeconds ?? 60) + 15) * 1000);
    const statistics = await sipp.finished();
    clearTimeout(timer);
    return statistics;
  }

  async finished(): Promise<SippStatistics> {
    const { code } = await this.#process.exited;
    return this.#statistics(code);
  }

  /** Lets the calls in progress end, then ends; idempotent. */
  async stop(): Promise<SippStatistics> {
    const { code } = await this.#process.stop('SIGUSR1', 5000);
    return this.#statistics(code);
  }

  #statistics(exitCode: number | null): SippStatistics {
    const read = (name: string): string => {
      try {
        return readFileSync(join(this.#directory, name), 'latin1');
      } catch {
        return '';
      }
    };
    const lines = read('statistics.csv').trim().split('\n');
    const names = lines[0]?.split(';') ?? [];
    const values = lines.at(-1)?.split(';') ?? [];
    const column = (name: string): number => {
      const index = names.indexOf(name);
      return lines.length < 2 || index < 0 ? 0 : Number(values[index]);
    };
    return {
      exitCode,
      created: column('TotalCallCreated'),
      successful: column('SuccessfulCall(C)'),
      failed: column('FailedCall(C)'),
      retransmissions: column('Retransmissions(C)'),
      callsPerSecond: column('CallRate(C)'),
      errors: (read('errors.log') || (exitCode === 0 ? '' : this.#process.output.slice(-1000))).slice(0, 2000),
    };
  }
}
