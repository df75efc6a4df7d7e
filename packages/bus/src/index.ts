export { answerInTime } from './answer-in-time.ts';
export { type Bus, type BusOptions, connectBus } from './bus.ts';
export type { CdrConsumer } from './cdr-queue.ts';
export { BusUnavailableError } from './errors.ts';
export type { LiveCallChange, LiveCallStore, OrphanedCall } from './live-call-store.ts';
export type { Command, TenantChanged } from './messages.ts';
export type { RegistrationChange, RegistrationStore } from './registration-store.ts';
