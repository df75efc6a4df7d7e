/** What the main thread and a relay thread say to each other. */
import type { Result } from '@manyline/kernel';
import type { MediaCommand, MediaFailure, MediaResult, MediaTotals } from '@manyline/media';
import type { RelaySettings } from './relay.ts';

export interface RelayThreadSettings extends RelaySettings {
  readonly index: number;
  readonly count: number;
}

export type ToThread =
  | { readonly type: 'commands'; readonly commands: readonly { readonly id: number; readonly command: MediaCommand }[] }
  | { readonly type: 'stop' };

export type FromThread =
  | { readonly type: 'ready' }
  | { readonly type: 'outcomes'; readonly outcomes: readonly ThreadOutcome[] }
  | { readonly type: 'mediaTimeout'; readonly sessionId: string; readonly legId: string }
  | { readonly type: 'totals'; readonly totals: MediaTotals };

export interface ThreadOutcome {
  readonly id: number;
  readonly outcome: Result<MediaResult, MediaFailure>;
}
