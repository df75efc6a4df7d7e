export { CallEngine, type CallEngineOptions, type CallRequest } from './call-engine.ts';
export { recordOfLostCall } from './call-record.ts';
export type { CallObserver, DialTarget, LocationPort, MediaPort } from './ports.ts';
