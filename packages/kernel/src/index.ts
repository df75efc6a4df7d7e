export { type Clock, systemClock, type Timer } from './clock.ts';
export { newId } from './ids.ts';
export { type Logger, silentLogger } from './logger.ts';
export { ManylineError, type ManylineErrorOptions } from './manyline-error.ts';
export { type Err, err, type Ok, ok, type Result } from './result.ts';
export { TypedEmitter } from './typed-emitter.ts';
