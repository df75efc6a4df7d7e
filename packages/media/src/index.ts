export { MediaClient, type MediaClientEvents, type MediaClientOptions } from './control/media-client.ts';
export type { LegRemote, OpenedLeg } from './control/protocol.ts';
export type { LegStatistics } from './leg-statistics.ts';
