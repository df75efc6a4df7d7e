import { ManylineError } from '@manyline/kernel';

export type MediaErrorCode =
  /** Every RTP port is in use or in quarantine. */
  | 'ports_exhausted'
  /** The system gave no socket; the message says why. */
  | 'socket_failed'
  | 'unknown_session'
  | 'unknown_leg'
  | 'leg_exists'
  /** Media may go to none of the remote's addresses. */
  | 'address_refused'
  | 'bad_request'
  /** The session belongs to another client. */
  | 'session_taken'
  /** There is no connection to the media process, or it broke before the answer came. */
  | 'not_connected'
  | 'timeout';

export interface MediaFailure {
  readonly code: MediaErrorCode;
  readonly message: string;
}

/** What a request to the media process can fail with. */
export class MediaError extends ManylineError {
  constructor({ code, message }: MediaFailure) {
    super({
      code,
      publicMessage: message,
      httpStatus: 503,
      sipStatus: SIP_STATUS[code] ?? 503,
      retryable: code in RETRYABLE,
    });
  }
}

const SIP_STATUS: Readonly<Partial<Record<MediaErrorCode, number>>> = { address_refused: 488, bad_request: 500 };
const RETRYABLE: Readonly<Partial<Record<MediaErrorCode, true>>> = {
  ports_exhausted: true,
  socket_failed: true,
  not_connected: true,
  timeout: true,
};
