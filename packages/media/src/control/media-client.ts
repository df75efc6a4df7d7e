import {
  type Clock,
  err,
  type Logger,
  ok,
  type Result,
  silentLogger,
  systemClock,
  type Timer,
  TypedEmitter,
} from '@manyline/kernel';
import type { LegStatistics } from '../leg-statistics.ts';
import { MediaError, type MediaFailure } from '../media-error.ts';
import { connectControl } from '../socket/control-socket.ts';
import type { ControlConnection } from './control-connection.ts';
import { encodeFrame, FrameDecoder } from './frame-decoder.ts';
import {
  type LegRemote,
  type MediaEvent,
  type MediaRequest,
  type MediaResponse,
  type MediaResults,
  type OpenedLeg,
  PROTOCOL_VERSION,
} from './protocol.ts';

export interface MediaClientOptions {
  /** Names the owner of sessions over reconnects: the worker's id. */
  readonly clientId: string;
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** How long a request may take; 2000 when left out. */
  readonly requestTimeoutMs?: number;
  /** How long the first connection may take; 10,000 when left out. */
  readonly connectTimeoutMs?: number;
}

export interface MediaClientEvents {
  connected: [];
  disconnected: [];
  /** No RTP for 60 s (an hour on hold), and again after each such time. */
  mediaTimeout: [sessionId: string, legId: string];
  /** After a reconnection: sessions that the media process does not know, because it was restarted. */
  sessionsLost: [sessionIds: string[]];
}

interface PendingRequest {
  readonly settle: (outcome: Result<unknown, MediaFailure>) => void;
  readonly timer: Timer;
}

const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 1000;

/**
 * The SIP worker's end of the media control protocol. It reconnects by itself and claims its sessions again;
 * requests in flight when the connection breaks are rejected with MediaError `not_connected`.
 * Every method rejects with MediaError.
 */
export class MediaClient extends TypedEmitter<MediaClientEvents> {
  readonly #clientId: string;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #requestTimeoutMs: number;
  readonly #connectTimeoutMs: number;
  readonly #pending = new Map<number, PendingRequest>();
  readonly #sessions = new Set<string>();
  #path = '';
  #connection: ControlConnection | undefined;
  #ready = false;
  #nextId = 1;
  #retryMs = FIRST_RETRY_MS;
  #retryTimer: Timer | undefined;
  #closed = false;

  constructor(options: MediaClientOptions) {
    super();
    this.#clientId = options.clientId;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
    this.#requestTimeoutMs = options.requestTimeoutMs ?? 2000;
    this.#connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
  }

  get connected(): boolean {
    return this.#ready;
  }

  /**
   * `path` is a socket path or `host:port`. Resolves when the first connection is up and stays connected from then
   * on; rejects, and gives up, when there is none in time.
   */
  connect(path: string): Promise<void> {
    this.#path = path;
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(this.#connectTimeoutMs, () => {
        off();
        this.close();
        reject(new MediaError({ code: 'not_connected', message: `the media process does not answer at ${path}` }));
      });
      const off = this.once('connected', () => {
        timer.cancel();
        resolve();
      });
      this.#dial();
    });
  }

  /** Disconnects for good; the sessions are closed by the media process a minute later. May be called twice. */
  close(): void {
    this.#closed = true;
    this.#retryTimer?.cancel();
    this.#connection?.close();
  }

  /** Opens legs in a session, which is made when it is new: all of them or none. */
  async openLegs(sessionId: string, legIds: readonly string[]): Promise<OpenedLeg[]> {
    const isNew = !this.#sessions.has(sessionId);
    this.#sessions.add(sessionId);
    try {
      return await this.#request<'openLegs'>({ op: 'openLegs', sessionId, legIds });
    } catch (error) {
      if (isNew) this.#sessions.delete(sessionId);
      throw error;
    }
  }

  /**
   * Tells a leg its peer's addresses, after each offer or answer, also when they did not change: it opens the time
   * in which the peer's source is learned. Null when the peer wants no media.
   */
  async updateLeg(sessionId: string, legId: string, remote: LegRemote | null): Promise<void> {
    await this.#request<'updateLeg'>({ op: 'updateLeg', sessionId, legId, remote });
  }

  /** Relays both ways; replaces an earlier connection of either. A leg connected to itself is an echo. */
  async connectLegs(sessionId: string, legA: string, legB: string): Promise<void> {
    await this.#request<'connectLegs'>({ op: 'connectLegs', sessionId, legA, legB });
  }

  /** Closes those of the legs that are open; their statistics. */
  closeLegs(sessionId: string, legIds: readonly string[]): Promise<LegStatistics[]> {
    return this.#request<'closeLegs'>({ op: 'closeLegs', sessionId, legIds });
  }

  /** Closes a session with its legs; the statistics of the legs that were still open. */
  closeSession(sessionId: string): Promise<LegStatistics[]> {
    this.#sessions.delete(sessionId);
    return this.#request<'closeSession'>({ op: 'closeSession', sessionId });
  }

  #request<Op extends keyof MediaResults>(request: MediaRequest & { op: Op }): Promise<MediaResults[Op]> {
    return new Promise((resolve, reject) => {
      if (!this.#ready) {
        reject(new MediaError({ code: 'not_connected', message: 'there is no connection to the media process' }));
        return;
      }
      this.#send(request, (outcome) => {
        if (outcome.ok) resolve(outcome.value as MediaResults[Op]);
        else reject(new MediaError(outcome.error));
      });
    });
  }

  #send(request: MediaRequest, settle: (outcome: Result<unknown, MediaFailure>) => void): void {
    const id = this.#nextId;
    this.#nextId += 1;
    const timer = this.#clock.after(this.#requestTimeoutMs, () => {
      this.#settle(id, err({ code: 'timeout', message: `no answer to ${request.op} in ${this.#requestTimeoutMs} ms` }));
    });
    this.#pending.set(id, { settle, timer });
    this.#connection?.send(encodeFrame({ id, ...request }));
  }

  #settle(id: number, outcome: Result<unknown, MediaFailure>): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    pending.timer.cancel();
    pending.settle(outcome);
  }

  #dial(): void {
    if (this.#closed) return;
    const connection = connectControl(this.#path);
    const decoder = new FrameDecoder();
    this.#connection = connection;
    connection.onData = (chunk) => {
      const messages = decoder.push(chunk);
      if (messages.ok) for (const message of messages.value) this.#onMessage(message as MediaResponse | MediaEvent);
      else connection.close();
    };
    connection.onClose = () => this.#onClose();
    this.#send({ op: 'hello', protocol: PROTOCOL_VERSION, clientId: this.#clientId }, (hello) => {
      if (hello.ok) this.#claim();
      else this.#drop(hello.error);
    });
  }

  #claim(): void {
    const sessionIds = [...this.#sessions];
    this.#send({ op: 'claim', sessionIds }, (claim) => {
      if (!claim.ok) {
        this.#drop(claim.error);
        return;
      }
      this.#ready = true;
      this.#retryMs = FIRST_RETRY_MS;
      this.emit('connected');
      const { missing } = claim.value as MediaResults['claim'];
      for (const sessionId of missing) this.#sessions.delete(sessionId);
      if (missing.length > 0) this.emit('sessionsLost', missing);
    });
  }

  #drop(failure: MediaFailure): void {
    if (failure.code !== 'not_connected') this.#logger.warn({ failure }, 'the media process refused the connection');
    this.#connection?.close();
  }

  #onMessage(message: MediaResponse | MediaEvent): void {
    if ('event' in message) this.emit('mediaTimeout', message.sessionId, message.legId);
    else this.#settle(message.id, 'error' in message ? err(message.error) : ok(message.result));
  }

  #onClose(): void {
    this.#connection = undefined;
    const wasReady = this.#ready;
    this.#ready = false;
    for (const id of [...this.#pending.keys()]) {
      this.#settle(id, err({ code: 'not_connected', message: 'the connection to the media process broke' }));
    }
    if (wasReady) this.emit('disconnected');
    if (this.#closed) return;
    this.#retryTimer = this.#clock.after(this.#retryMs, () => this.#dial());
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
  }
}
