import { type Clock, type Logger, type Result, silentLogger, type Timer } from '@manyline/kernel';
import type { MediaFailure } from '../media-error.ts';
import type { ControlConnection } from './control-connection.ts';
import { encodeFrame, FrameDecoder } from './frame-decoder.ts';
import { type NumberedRequest, parseRequest } from './parse-request.ts';
import {
  type ConnectionRequest,
  type MediaCommand,
  type MediaEvent,
  type MediaResponse,
  type MediaResult,
  PROTOCOL_VERSION,
} from './protocol.ts';

/** Carries commands out: the commands of one session in the order in which they came. */
export interface MediaBackend {
  execute(command: MediaCommand, done: (outcome: Result<MediaResult, MediaFailure>) => void): void;
}

export interface MediaServerOptions {
  readonly clock: Clock;
  readonly backend: MediaBackend;
  readonly logger?: Logger;
}

/** How long the sessions of a client that went away wait for it. */
const CLAIM_MS = 60_000;

interface Session {
  /** False after its client went away, until it names the session again. */
  claimed: boolean;
  /** Whether legs were ever opened in it. */
  opened: boolean;
  /** `openLegs` commands on their way. */
  opening: number;
}

interface Client {
  readonly id: string;
  readonly sessions: Map<string, Session>;
  connection: ServerConnection | undefined;
  claimTimer: Timer | undefined;
}

/** The media process' end of the control protocol: knows which client owns which session. */
export class MediaServer {
  readonly #clock: Clock;
  readonly #backend: MediaBackend;
  readonly #logger: Logger;
  readonly #clients = new Map<string, Client>();
  readonly #owners = new Map<string, Client>();
  readonly #connections = new Set<ServerConnection>();
  #closed = false;

  constructor({ clock, backend, logger = silentLogger }: MediaServerOptions) {
    this.#clock = clock;
    this.#backend = backend;
    this.#logger = logger;
  }

  /** Sessions that are open or waiting to be claimed. */
  get sessions(): number {
    return this.#owners.size;
  }

  accept(connection: ControlConnection): void {
    if (this.#closed) {
      connection.close();
      return;
    }
    const accepted = new ServerConnection(connection, {
      onRequest: (request) => this.#onRequest(accepted, request),
      onBroken: (reason) => this.#logger.warn({ reason }, 'control connection closed: not our protocol'),
      onClose: () => this.#onClose(accepted),
    });
    this.#connections.add(accepted);
  }

  /** Tells the owner of the session, when it is connected. */
  mediaTimeout(sessionId: string, legId: string): void {
    this.#owners.get(sessionId)?.connection?.send({ event: 'mediaTimeout', sessionId, legId });
  }

  /** Drops the connections; the sessions are the backend's to close. May be called twice. */
  close(): void {
    this.#closed = true;
    for (const client of this.#clients.values()) client.claimTimer?.cancel();
    for (const connection of this.#connections) connection.close();
  }

  #onRequest(connection: ServerConnection, { id, request }: NumberedRequest): void {
    if (request.op === 'hello') {
      this.#hello(connection, id, request);
      return;
    }
    const client = this.#clients.get(connection.clientId);
    if (client === undefined || client.connection !== connection) {
      connection.fail(id, 'bad_request', 'hello must come first');
    } else if (request.op === 'claim') this.#claim(client, connection, id, request.sessionIds);
    else this.#execute(client, connection, id, request);
  }

  #hello(connection: ServerConnection, id: number, { protocol, clientId }: ConnectionRequest & { op: 'hello' }): void {
    if (protocol !== PROTOCOL_VERSION) {
      connection.fail(id, 'bad_request', `protocol ${PROTOCOL_VERSION} is spoken here`);
      return;
    }
    let client = this.#clients.get(clientId);
    if (client === undefined) {
      client = { id: clientId, sessions: new Map(), connection: undefined, claimTimer: undefined };
      this.#clients.set(clientId, client);
    }
    const previous = client.connection;
    client.connection = connection;
    connection.clientId = clientId;
    if (previous !== undefined && previous !== connection) {
      previous.close();
      this.#startClaim(client);
    }
    connection.answer({ id, result: null });
  }

  #claim(client: Client, connection: ServerConnection, id: number, sessionIds: readonly string[]): void {
    const missing: string[] = [];
    for (const sessionId of sessionIds) {
      const session = client.sessions.get(sessionId);
      if (session === undefined) missing.push(sessionId);
      else session.claimed = true;
    }
    connection.answer({ id, result: { missing } });
  }

  #execute(client: Client, connection: ServerConnection, id: number, command: MediaCommand): void {
    const { op, sessionId } = command;
    const owner = this.#owners.get(sessionId);
    if (owner !== undefined && owner !== client) {
      connection.fail(id, 'session_taken', `session ${sessionId} belongs to another client`);
      return;
    }
    if (owner === undefined) {
      if (op !== 'openLegs') {
        connection.fail(id, 'unknown_session', `there is no session ${sessionId}`);
        return;
      }
      this.#owners.set(sessionId, client);
    }
    const session = client.sessions.get(sessionId) ?? { claimed: true, opened: false, opening: 0 };
    session.claimed = true;
    client.sessions.set(sessionId, session);
    if (op === 'openLegs') session.opening += 1;
    if (op === 'closeSession') this.#forget(client, sessionId);
    this.#backend.execute(command, (outcome) => {
      if (op === 'openLegs') this.#onOpened(client, sessionId, session, outcome.ok);
      connection.answer(outcome.ok ? { id, result: outcome.value } : { id, error: outcome.error });
    });
  }

  /** A session in which no leg could be opened does not exist. */
  #onOpened(client: Client, sessionId: string, session: Session, succeeded: boolean): void {
    session.opening -= 1;
    session.opened ||= succeeded;
    if (session.opened || session.opening > 0 || client.sessions.get(sessionId) !== session) return;
    this.#forget(client, sessionId);
  }

  #forget(client: Client, sessionId: string): void {
    client.sessions.delete(sessionId);
    this.#owners.delete(sessionId);
    this.#dropIfUnused(client);
  }

  #onClose(connection: ServerConnection): void {
    this.#connections.delete(connection);
    const client = this.#clients.get(connection.clientId);
    if (client === undefined || client.connection !== connection) return;
    client.connection = undefined;
    if (!this.#closed) this.#startClaim(client);
    this.#dropIfUnused(client);
  }

  /** The media of the client's sessions goes on; those that it does not claim in time are closed. */
  #startClaim(client: Client): void {
    if (client.sessions.size === 0) return;
    for (const session of client.sessions.values()) session.claimed = false;
    client.claimTimer?.cancel();
    client.claimTimer = this.#clock.after(CLAIM_MS, () => this.#closeUnclaimed(client));
  }

  #closeUnclaimed(client: Client): void {
    const unclaimed = [...client.sessions].filter(([, session]) => !session.claimed).map(([sessionId]) => sessionId);
    for (const sessionId of unclaimed) {
      this.#forget(client, sessionId);
      this.#backend.execute({ op: 'closeSession', sessionId }, () => {});
    }
    if (unclaimed.length > 0) {
      this.#logger.warn({ clientId: client.id, sessions: unclaimed.length }, 'closed sessions that nobody claimed');
    }
  }

  #dropIfUnused(client: Client): void {
    if (client.connection !== undefined || client.sessions.size > 0) return;
    client.claimTimer?.cancel();
    this.#clients.delete(client.id);
  }
}

interface ConnectionEvents {
  onRequest(request: NumberedRequest): void;
  onBroken(reason: string): void;
  onClose(): void;
}

/** Frames and judges what one connection says. */
class ServerConnection {
  clientId = '';
  readonly #connection: ControlConnection;
  readonly #decoder = new FrameDecoder();
  readonly #events: ConnectionEvents;
  #open = true;

  constructor(connection: ControlConnection, events: ConnectionEvents) {
    this.#connection = connection;
    this.#events = events;
    connection.onData = (chunk) => this.#onData(chunk);
    connection.onClose = () => {
      this.#open = false;
      events.onClose();
    };
  }

  answer(response: MediaResponse): void {
    this.send(response);
  }

  fail(id: number, code: MediaFailure['code'], message: string): void {
    this.send({ id, error: { code, message } });
  }

  send(message: MediaResponse | MediaEvent): void {
    if (this.#open) this.#connection.send(encodeFrame(message));
  }

  close(): void {
    this.#connection.close();
  }

  #onData(chunk: Buffer): void {
    const messages = this.#decoder.push(chunk);
    if (!messages.ok) {
      this.#break(messages.error);
      return;
    }
    for (const message of messages.value) {
      if (!this.#open) return;
      const parsed = parseRequest(message);
      if (parsed.ok) this.#events.onRequest(parsed.value);
      else if (parsed.error.id !== undefined) this.fail(parsed.error.id, 'bad_request', parsed.error.reason);
      else this.#break(parsed.error.reason);
    }
  }

  #break(reason: string): void {
    this.#events.onBroken(reason);
    this.close();
  }
}
