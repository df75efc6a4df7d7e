import { type Clock, type Logger, TypedEmitter } from '@manyline/kernel';
import type { LegStatistics } from '../leg-statistics.ts';
import type { LegRemote, OpenedLeg } from './protocol.ts';

export interface MediaClientOptions {
  /** Names the owner of sessions over reconnects: the worker's id. */
  readonly clientId: string;
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** How long a request may take; 2000 when left out. */
  readonly requestTimeoutMs?: number;
}

export interface MediaClientEvents {
  connected: [];
  disconnected: [];
  /** No RTP for 60 s (an hour on hold); once until RTP comes again. */
  mediaTimeout: [sessionId: string, legId: string];
}

/** The SIP worker's end of the media control protocol. */
export class MediaClient extends TypedEmitter<MediaClientEvents> {
  constructor(_options: MediaClientOptions) {
    super();
  }

  get connected(): boolean {
    return false;
  }

  /** `path` is a socket path or `host:port`; resolves when the first connection is up, and reconnects from then on. */
  async connect(_path: string): Promise<void> {}

  async close(): Promise<void> {}

  async openLegs(_sessionId: string, _legIds: readonly string[]): Promise<OpenedLeg[]> {
    return [];
  }

  async updateLeg(_sessionId: string, _legId: string, _remote: LegRemote | null): Promise<void> {}

  async connectLegs(_sessionId: string, _legA: string, _legB: string): Promise<void> {}

  async closeLegs(_sessionId: string, _legIds: readonly string[]): Promise<LegStatistics[]> {
    return [];
  }

  async closeSession(_sessionId: string): Promise<LegStatistics[]> {
    return [];
  }
}
