import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { type BaresipAccount, writeBaresipConfig } from './baresip-config.ts';
import { eventually } from './eventually.ts';
import { encodeNetstring, NetstringDecoder } from './netstring.ts';
import { freePortRun } from './port-block.ts';
import { RunningProcess } from './running-process.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { firstToneAtMs } from './tone.ts';
import { readWav, type Sound } from './wav-file.ts';

export type BaresipEventType =
  | 'REGISTERING'
  | 'REGISTER_OK'
  | 'REGISTER_FAIL'
  | 'UNREGISTERING'
  | 'CALL_INCOMING'
  | 'CALL_OUTGOING'
  | 'CALL_RINGING'
  | 'CALL_PROGRESS'
  | 'CALL_ESTABLISHED'
  | 'CALL_RTPESTAB'
  | 'CALL_REMOTE_SDP'
  | 'CALL_CLOSED';

export interface BaresipEvent {
  readonly type: BaresipEventType;
  /** Why: `486 Busy Here`, `Connection reset by peer` for a BYE … */
  readonly param?: string;
  /** The SIP Call-ID of its leg. */
  readonly id?: string;
  readonly peeruri?: string;
  /** `performance.now()` when the event was read. */
  readonly atMs: number;
}

interface ControlMessage {
  event?: boolean;
  response?: boolean;
  ok?: boolean;
  data?: string;
  token?: string;
  type?: BaresipEventType;
  param?: string;
  id?: string;
  peeruri?: string;
}

const PORTS = 24;

/** A real phone: baresip without a screen, steered over its control port; it speaks a tone and records what it hears. */
export class Baresip {
  readonly account: BaresipAccount;
  readonly directory: string;
  /** Its UDP and TCP port. */
  readonly sipPort: number;
  readonly #process: RunningProcess;
  readonly #control: Socket;
  readonly #replies = new Map<string, (message: ControlMessage) => void>();
  #unread: BaresipEvent[] = [];
  #nextToken = 1;

  private constructor(
    account: BaresipAccount,
    directory: string,
    sipPort: number,
    child: RunningProcess,
    control: Socket,
  ) {
    this.account = account;
    this.directory = directory;
    this.sipPort = sipPort;
    this.#process = child;
    this.#control = control;
    const decoder = new NetstringDecoder();
    control.on('data', (chunk) => {
      for (const text of decoder.push(Buffer.from(chunk as Buffer)))
        this.#onControl(JSON.parse(text) as ControlMessage);
    });
    control.on('error', () => {});
  }

  static async start(account: BaresipAccount): Promise<Baresip> {
    const directory = temporaryDirectory(`baresip-${account.user}`);
    const first = await freePortRun(PORTS);
    const controlPort = first + 2;
    writeBaresipConfig(directory, account, {
      sip: first,
      control: controlPort,
      rtpFirst: first + 4,
      rtpLast: first + PORTS - 1,
    });
    const child = RunningProcess.spawn('baresip', ['-s', '-f', directory]);
    try {
      await child.waitForOutput(/baresip is ready/, 10_000);
      const control = await new Promise<Socket>((resolve, reject) => {
        const socket = connect(controlPort, '127.0.0.1', () => resolve(socket));
        socket.once('error', reject);
      });
      return new Baresip(account, directory, first, child, control);
    } catch (error) {
      await child.stop('SIGKILL');
      throw error;
    }
  }

  /** baresip's own log, with every SIP message that it sent and received. */
  get log(): string {
    return this.#process.output;
  }

  #onControl(message: ControlMessage): void {
    if (message.response === true && message.token !== undefined) {
      this.#replies.get(message.token)?.(message);
      this.#replies.delete(message.token);
    } else if (message.event === true && message.type !== undefined) {
      const { type, param, id, peeruri } = message;
      this.#unread.push({ type, param, id, peeruri, atMs: performance.now() });
    }
  }

  /** Runs one of baresip's own commands and gives what it printed. */
  async command(command: string, params?: string): Promise<string> {
    const token = String(this.#nextToken++);
    const reply = new Promise<ControlMessage>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#replies.delete(token);
        reject(new Error(`baresip did not answer the command ${command}`));
      }, 5000);
      this.#replies.set(token, (message) => {
        clearTimeout(timer);
        resolve(message);
      });
    });
    this.#control.write(encodeNetstring(JSON.stringify({ command, params, token })));
    const message = await reply;
    if (message.ok !== true) throw new Error(`baresip refused ${command} ${params ?? ''}: ${message.data ?? ''}`);
    return message.data ?? '';
  }

  /** Waits for an event and takes it out of the queue, with everything that came before it left in. */
  waitFor(type: BaresipEventType, timeoutMs = 10_000): Promise<BaresipEvent> {
    return eventually(
      `${type} at baresip ${this.account.user} (unread: ${JSON.stringify(this.#unread.map((event) => event.type))})`,
      () => this.takeEvent(type),
      timeoutMs,
      5,
    );
  }

  /** The oldest unread event of this type, now; undefined when there is none. */
  takeEvent(type: BaresipEventType): BaresipEvent | undefined {
    const index = this.#unread.findIndex((event) => event.type === type);
    return index < 0 ? undefined : this.#unread.splice(index, 1)[0];
  }

  /** Waits until the log shows that the registrar took its REGISTER. */
  async waitRegistered(timeoutMs = 10_000): Promise<void> {
    await this.#process.waitForOutput(/\{\d+\/\w+\/v\d\} 200 |\b200 OK \(.*\) \[\d+ bindings?\]/, timeoutMs);
  }

  /** Waits until the registrar has refused its REGISTER for good; gives the status code. */
  async waitRegistrationFailed(timeoutMs = 10_000): Promise<number> {
    const match = await this.#process.waitForOutput(/^\S*reg: \S+: (\d{3}) /m, timeoutMs);
    return Number(match[1]);
  }

  /** Dials a number of its own domain, or a whole SIP URI. */
  async dial(target: string): Promise<void> {
    const uri = target.startsWith('sip:') ? target : `sip:${target}@${this.account.domain}`;
    await this.command('dial', uri);
  }

  async answer(): Promise<void> {
    await this.command('accept');
  }

  /** Ends its call; a call that rings here and is not answered is refused with 486. */
  async hangup(): Promise<void> {
    await this.command('hangup');
  }

  async hold(): Promise<void> {
    await this.command('hold');
  }

  async resume(): Promise<void> {
    await this.command('resume');
  }

  /** What it has heard so far in its newest call; grows while the call is up. */
  heard(): Sound | undefined {
    const folder = join(this.directory, 'heard');
    const newest = readdirSync(folder)
      .filter((name) => name.endsWith('-dec.wav'))
      .sort()
      .at(-1);
    return newest === undefined ? undefined : readWav(join(folder, newest));
  }

  /** Waits until it has heard 100 ms of the tone; gives `performance.now()` of the look that found it. */
  async waitHears(hz: number, timeoutMs = 5000): Promise<number> {
    return eventually(
      `baresip ${this.account.user} hears ${hz} Hz`,
      () => {
        const sound = this.heard();
        return sound !== undefined && firstToneAtMs(sound, hz) !== undefined && performance.now();
      },
      timeoutMs,
    );
  }

  /** Ends the phone; it hangs up and takes back its registration when it can within `graceMs`. Idempotent. */
  async stop(graceMs = 3000): Promise<void> {
    this.#control.destroy();
    await this.#process.stop('SIGTERM', graceMs);
  }

  /** Ends the phone without a word to anybody, as a power cut does. */
  async vanish(): Promise<void> {
    this.#control.destroy();
    await this.#process.stop('SIGKILL');
  }
}
