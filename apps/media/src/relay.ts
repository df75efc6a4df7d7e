import { type Result, systemClock } from '@manyline/kernel';
import {
  executeCommand,
  type MediaBackend,
  type MediaCommand,
  MediaEngine,
  type MediaFailure,
  type MediaResult,
  type MediaTotals,
  openSockets,
  PortPool,
  type SocketKind,
} from '@manyline/media';

export interface RelaySettings {
  /** The IP address to bind to. */
  readonly host: string;
  readonly rtpPortMin: number;
  readonly rtpPortMax: number;
  readonly allowPrivateAddresses: boolean;
  readonly sockets: SocketKind;
}

export interface RelayOptions {
  readonly settings: RelaySettings;
  /** Which part of the ports is this relay's: number `index` (from 0) of `count`. */
  readonly share: { readonly index: number; readonly count: number };
  readonly onMediaTimeout: (sessionId: string, legId: string) => void;
  /** Called each second. */
  readonly onTotals: (totals: MediaTotals) => void;
}

const TOTALS_EVERY_MS = 1000;

/** A media engine with its sockets and ports, in this thread. */
export class Relay implements MediaBackend {
  readonly #engine: MediaEngine;
  readonly #sockets: ReturnType<typeof openSockets>;
  readonly #totalsTimer: ReturnType<typeof setInterval>;

  constructor({ settings, share, onMediaTimeout, onTotals }: RelayOptions) {
    const { host, rtpPortMin: min, rtpPortMax: max, allowPrivateAddresses } = settings;
    this.#sockets = openSockets(host, settings.sockets);
    this.#engine = new MediaEngine({
      clock: systemClock,
      sockets: this.#sockets,
      ports: new PortPool({ clock: systemClock, min, max, share }),
      allowPrivateAddresses,
      onMediaTimeout,
    });
    this.#totalsTimer = setInterval(() => onTotals(this.#engine.totals()), TOTALS_EVERY_MS);
  }

  execute(command: MediaCommand, done: (outcome: Result<MediaResult, MediaFailure>) => void): void {
    done(executeCommand(this.#engine, command));
  }

  /** Closes every session. May be called twice. */
  async close(): Promise<void> {
    clearInterval(this.#totalsTimer);
    this.#engine.close();
    this.#sockets.close();
  }
}
