/** What the main thread and a relay thread say to each other. */
import type { Result } from '@manyline/kernel';
import type { MediaCommand, MediaFailure, MediaResult, MediaTotals, SocketKind } from '@manyline/media';

export interface RelayThreadSettings {
  readonly index: number;
  readonly count: number;
  /** The IP address to bind to. */
  readonly host: string;
  readonly rtpPortMin: number;
  readonly rtpPortMax: number;
  readonly allowPrivateAddresses: boolean;
  readonly sockets: SocketKind;
}

export type ToThread =
  | { readonly type: 'commands'; readonly commands: readonly { readonly id: number; readonly command: MediaCommand }[] }
  | { readonly type: 'stop' };

export type FromThread =
  | { readonly type: 'ready'; readonly sockets: 'linux' | 'node'; readonly wakeFd: number | undefined; readonly ports: number }
  | { readonly type: 'outcomes'; readonly outcomes: readonly ThreadOutcome[] }
  | { readonly type: 'mediaTimeout'; readonly sessionId: string; readonly legId: string }
  | { readonly type: 'totals'; readonly totals: MediaTotals };

export interface ThreadOutcome {
  readonly id: number;
  readonly outcome: Result<MediaResult, MediaFailure>;
}
