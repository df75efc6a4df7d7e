import { ManylineError } from '@manyline/kernel';

/** Redis could not be reached or did not answer in time; the same request may succeed later. */
export class BusUnavailableError extends ManylineError {
  constructor(cause?: unknown) {
    super({
      code: 'bus_unavailable',
      publicMessage: 'The message store is not available.',
      httpStatus: 503,
      sipStatus: 503,
      retryable: true,
      cause,
    });
  }
}
