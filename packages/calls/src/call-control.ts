import type { LocalUser, TenantSnapshot } from '@manyline/pbx';
import type { InviteSession } from '@manyline/sip';
import type { MediaLeg } from './media-leg.ts';
import type { DialTarget } from './ports.ts';
import type { Release } from './release.ts';

/** A party that answered: its session and its media. */
export interface AnsweredLeg {
  readonly session: InviteSession;
  readonly mediaLeg: MediaLeg;
}

export type DialOutcome =
  | { readonly kind: 'answered'; readonly leg: AnsweredLeg }
  | { readonly kind: 'failed'; readonly release: Release };

export interface DialOptions {
  /** How long the devices may ring. */
  readonly ringSeconds: number;
}

/**
 * What a service script can do with a call. Each step rejects with the signal's reason, a `Release`, when the caller
 * gives up or the server stops; a script need not catch it.
 */
export interface CallControl {
  readonly tenant: TenantSnapshot;
  readonly caller: LocalUser;
  /** The number as dialled. */
  readonly called: string;
  /** Aborted with a `Release` as its reason. */
  readonly signal: AbortSignal;
  /** The devices on which a local user can be rung now. */
  devicesOf(user: LocalUser): readonly DialTarget[];
  /** Calls that a local user has, ringing or talking. */
  callsOf(user: LocalUser): number;
  /** Rings all targets at once; the first to answer wins, the others are cancelled. Ringing and early media reach the caller. */
  dial(targets: readonly DialTarget[], options: DialOptions): Promise<DialOutcome>;
  /** Answers the caller, connects both parties and returns when either hangs up. */
  bridge(leg: AnsweredLeg): Promise<Release>;
}

/** A telephone service: how a call is handled, from top to bottom. Returns how the call ended. */
export type Service = (call: CallControl) => Promise<Release>;
