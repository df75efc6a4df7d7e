import { MediaError } from '@manyline/media';
import type { CallResult, ReleaseCause, ReleasedBy } from '@manyline/pbx';

/** How a call ends: what the record says and what the caller is told. */
export interface Release {
  readonly result: CallResult;
  readonly cause: ReleaseCause;
  readonly by: ReleasedBy;
  /** The final status for a caller who was not answered; null on an answered call. */
  readonly sipStatus: number | null;
  readonly reasonPhrase?: string;
}

/** The end of an unanswered call. */
export function refusal(
  result: CallResult,
  cause: ReleaseCause,
  sipStatus: number,
  by: ReleasedBy = 'server',
): Release {
  return { result, cause, by, sipStatus };
}

/** The end of an answered call. */
export function clearing(by: ReleasedBy, cause: ReleaseCause = 'normal-clearing'): Release {
  return { result: 'answered', cause, by, sipStatus: null };
}

export const NOBODY_REGISTERED = refusal('unreachable', 'user-not-registered', 480);
export const NOBODY_ANSWERED = refusal('no-answer', 'no-answer', 480);
export const CALLEE_AT_LIMIT = refusal('busy', 'limit-reached', 486);
export const CALLER_GAVE_UP = refusal('cancelled', 'originator-cancel', 487, 'caller');
/** The connection that the INVITE came by is gone. */
export const CALLER_LOST = refusal('cancelled', 'network-failure', 487, 'caller');
/** The callee answered and ended the call before the caller could be connected. */
export const HUNG_UP_AT_ONCE = refusal('failed', 'callee-failure', 480, 'called');
export const MEDIA_AWAY = refusal('failed', 'server-failure', 503);

/**
 * What a callee's refusal means for the caller. A phone's own trouble is not shown as the caller's: 401, 404 or 5xx
 * from a phone that is registered here become 480.
 */
export function releaseForFailure(statusCode: number): Release {
  switch (statusCode) {
    case 486:
    case 600:
      return refusal('busy', 'user-busy', statusCode, 'called');
    case 403:
    case 603:
    case 607:
    case 608:
      return refusal('declined', 'call-declined', statusCode, 'called');
    case 415:
    case 488:
    case 606:
      return refusal('failed', 'not-acceptable', 488, 'called');
    case 408:
    case 503:
      return refusal('unreachable', 'network-failure', 480);
    default:
      return refusal('unreachable', 'callee-failure', 480, 'called');
  }
}

/** Media that may not go where a party wants it is that party's fault, all else is ours. */
export function releaseForMediaError(error: unknown): Release {
  const refused = error instanceof MediaError && error.code === 'address_refused';
  return refused ? refusal('failed', 'not-acceptable', 488) : MEDIA_AWAY;
}
