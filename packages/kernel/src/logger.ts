type LogMethod = {
  (fields: object, message: string): void;
  (message: string): void;
};

/** The part of pino that our code uses, so that packages need not depend on it. */
export interface Logger {
  readonly trace: LogMethod;
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  child(bindings: object): Logger;
}

const ignore: LogMethod = () => {};

/** Says nothing; for tests and for callers that gave no logger. */
export const silentLogger: Logger = {
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  child: () => silentLogger,
};
