import type { Socket } from 'node:net';
import type { Clock, Timer } from '@manyline/kernel';
import { parseMessage, SipRequest } from '../message/index.ts';
import type { AdmittedPlace } from './connection-admission.ts';
import type { DiscardReason } from './discard-reason.ts';
import type { Flow, TransportHandler } from './flow.ts';
import { type FramerPosition, type FramerSink, type FramingError, StreamFramer } from './stream-framer.ts';
import type { TransportLimits } from './transport-limits.ts';
import { stampReceived } from './via-received.ts';

const CRLF = Buffer.from('\r\n');
/** How long a connection that we end may take to deliver what is queued. */
const ENDING_GRACE_MS = 2_000;
/** An idle connection is closed after between four and five quiet ticks' time. */
const IDLE_TICKS = 4;

export interface StreamConnectionOptions {
  readonly socket: Socket;
  readonly id: string;
  readonly protocol: 'TCP' | 'TLS';
  /** Whether we opened it, so that it has to be connected first. */
  readonly outgoing: boolean;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly clock: Clock;
  readonly limits: TransportLimits;
  readonly handler: TransportHandler;
  readonly place: AdmittedPlace;
  /** Called once, when the flow is no longer open; before the handler's onFlowClosed. */
  readonly onLeft: (connection: StreamConnection) => void;
  /** Called once, when the socket is gone. */
  readonly onGone: (connection: StreamConnection) => void;
}

/** One TCP or TLS connection: framing, deadlines, back-pressure and its end. */
export class StreamConnection implements Flow, FramerSink {
  readonly id: string;
  readonly protocol: 'TCP' | 'TLS';
  readonly reliable = true;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #options: StreamConnectionOptions;
  readonly #socket: Socket;
  readonly #framer: StreamFramer;
  #state: 'connecting' | 'open' | 'ending' | 'gone';
  #kept: boolean;
  /** Runs while something has to be finished: the connect, a header block, a body, our own ending. */
  #deadline: Timer | undefined;
  #deadlineOf: FramerPosition = 'between';
  #idleTick: Timer | undefined;
  #quietTicks = 0;

  constructor(options: StreamConnectionOptions) {
    this.#options = options;
    this.#socket = options.socket;
    this.id = options.id;
    this.protocol = options.protocol;
    this.localAddress = options.localAddress;
    this.localPort = options.localPort;
    this.remoteAddress = options.remoteAddress;
    this.remotePort = options.remotePort;
    this.#kept = options.outgoing;
    this.#framer = new StreamFramer(this, options.limits.maxHeaderBytes, options.limits.maxBodyBytes);
    this.#state = options.outgoing ? 'connecting' : 'open';
    this.#listen();
    if (options.outgoing) this.#setDeadline(options.limits.handshakeTimeoutMs, 'connect-timeout');
    this.#startIdleTicks();
  }

  #listen(): void {
    const socket = this.#socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('end', () => this.close());
    socket.on('error', () => this.#fail(this.#state === 'connecting' ? 'connect-failed' : 'connection-error'));
    socket.on('close', () => this.#gone());
    if (this.#state !== 'connecting') return;
    socket.once(this.protocol === 'TLS' ? 'secureConnect' : 'connect', () => {
      if (this.#state !== 'connecting') return;
      this.#state = 'open';
      this.#clearDeadline();
    });
  }

  get open(): boolean {
    return this.#state === 'connecting' || this.#state === 'open';
  }

  send(bytes: Buffer): boolean {
    if (!this.open) return false;
    this.#socket.write(bytes);
    if (this.#socket.writableLength <= this.#options.limits.maxQueuedBytes) return true;
    this.#fail('send-queue-full');
    return false;
  }

  /**
   * Deviation: when the connection is gone no new one is opened to the sent-by address (RFC 3261 §18.2.2), because a
   * stranger would decide where we connect to, and a phone behind NAT cannot be reached that way.
   */
  responseFlow(): Flow {
    return this;
  }

  keepOpen(): void {
    if (this.#kept || !this.open) return;
    this.#kept = true;
    this.#options.place.prove();
    this.#startIdleTicks();
  }

  #receive(chunk: Buffer): void {
    if (!this.open) return;
    if (this.#kept) this.#quietTicks = 0;
    this.#framer.push(chunk);
    this.#watchUnfinished();
  }

  /** An unfinished message has to come to its end in time, however its pieces trickle in. */
  #watchUnfinished(): void {
    if (!this.open || this.#framer.position === this.#deadlineOf) return;
    this.#clearDeadline();
    this.#deadlineOf = this.#framer.position;
    if (this.#deadlineOf === 'header') this.#setDeadline(this.#options.limits.headerTimeoutMs, 'header-timeout');
    else if (this.#deadlineOf === 'body') this.#setDeadline(this.#options.limits.bodyTimeoutMs, 'body-timeout');
  }

  onFrame(bytes: Buffer): boolean {
    this.#quietTicks = 0;
    this.#clearDeadline();
    this.#deadlineOf = 'between';
    const parsed = parseMessage(bytes);
    if (parsed.ok) {
      if (parsed.value instanceof SipRequest) stampReceived(parsed.value, this.remoteAddress, this.remotePort);
      this.#options.handler.onMessage(parsed.value, this);
    } else if (parsed.error.kind === 'not-sip') {
      this.#options.handler.onDiscard('not-sip');
      this.close();
    } else {
      if (parsed.error.request !== undefined) {
        stampReceived(parsed.error.request, this.remoteAddress, this.remotePort);
      }
      this.#options.handler.onMalformed(parsed.error, this);
    }
    return this.open;
  }

  onPing(): void {
    this.send(CRLF);
  }

  /** The stream cannot be followed any further: refused with 400 where the header block can be read, then closed. */
  onFramingError(error: FramingError): void {
    this.#options.handler.onDiscard(error.reason);
    const parsed = error.head === undefined ? undefined : parseMessage(error.head);
    const request = parsed?.ok ? parsed.value : parsed?.error.request;
    if (request instanceof SipRequest) {
      stampReceived(request, this.remoteAddress, this.remotePort);
      this.#options.handler.onMalformed(
        {
          kind: 'bad-request',
          statusCode: 400,
          rule: error.reason,
          offset: 0,
          detail: 'Content-Length does not tell where the message ends',
          request,
        },
        this,
      );
    }
    this.close();
  }

  #startIdleTicks(): void {
    const { clock, limits } = this.#options;
    const tickMs = (this.#kept ? limits.keptIdleTimeoutMs : limits.idleTimeoutMs) / IDLE_TICKS;
    const tick = (): void => {
      this.#quietTicks += 1;
      if (this.#quietTicks > IDLE_TICKS) {
        this.#options.handler.onDiscard('idle-timeout');
        this.close();
      } else {
        this.#idleTick = clock.after(tickMs, tick);
      }
    };
    this.#idleTick?.cancel();
    this.#quietTicks = 0;
    this.#idleTick = clock.after(tickMs, tick);
  }

  #setDeadline(delayMs: number, reason: DiscardReason): void {
    this.#deadline = this.#options.clock.after(delayMs, () => this.#fail(reason));
  }

  #clearDeadline(): void {
    this.#deadline?.cancel();
    this.#deadline = undefined;
  }

  /** Ends the connection once what is queued is out; idempotent. */
  close(): void {
    if (!this.open) return;
    // Nothing was ever connected, so there is nobody to say goodbye to.
    const connecting = this.#state === 'connecting';
    this.#leave();
    if (connecting) {
      this.#socket.destroy();
      return;
    }
    this.#socket.end();
    this.#deadline = this.#options.clock.after(ENDING_GRACE_MS, () => this.#socket.destroy());
  }

  #fail(reason: DiscardReason): void {
    if (this.open) {
      this.#options.handler.onDiscard(reason);
      this.#leave();
    }
    this.#socket.destroy();
  }

  #leave(): void {
    this.#state = 'ending';
    this.#framer.stop();
    this.#clearDeadline();
    this.#idleTick?.cancel();
    this.#options.onLeft(this);
    this.#options.handler.onFlowClosed(this);
  }

  #gone(): void {
    if (this.open) this.#leave();
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    this.#clearDeadline();
    this.#options.place.release();
    this.#options.onGone(this);
  }

  /** Ends the connection without waiting for the peer's side of the ending, when the process stops; idempotent. */
  stop(): void {
    this.close();
    this.#socket.destroySoon();
  }
}
