export interface ManylineErrorOptions {
  /** Stable, for programs: `slug_taken`. */
  code: string;
  /** Shown to the person who asked; holds no secrets. */
  publicMessage: string;
  httpStatus?: number;
  sipStatus?: number;
  /** Whether the same request may succeed later without a change. */
  retryable?: boolean;
  cause?: unknown;
}

/** The base of every error that Manyline throws on purpose. */
export class ManylineError extends Error {
  readonly code: string;
  readonly publicMessage: string;
  readonly httpStatus: number;
  readonly sipStatus: number;
  readonly retryable: boolean;

  constructor(options: ManylineErrorOptions) {
    super(options.publicMessage, { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.publicMessage = options.publicMessage;
    this.httpStatus = options.httpStatus ?? 500;
    this.sipStatus = options.sipStatus ?? 500;
    this.retryable = options.retryable ?? false;
  }
}
