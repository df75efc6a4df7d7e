/**
 * Every Redis key and channel of Manyline is made here.
 * What belongs to one tenant starts with `t:{tenantId}:`. What a worker owns for all its tenants starts with
 * `w:{workerId}:` (its values name their tenant): after a crash the whole of it is found without knowing the tenants.
 * Counts of requests start with `rate:`: callers are counted before it is known which tenant they belong to.
 */
export const keys = {
  /** Hash, field = registration id, value = Registration as JSON. */
  registrations: (tenantId: string) => `t:${tenantId}:registrations`,
  /** Hash, field = call id, value = LiveCall as JSON. */
  workerCalls: (workerId: string) => `w:${workerId}:calls`,
  /** Hash, field = call id, value = `<last sign of life in ms>|<LiveCall as JSON>`: calls of a worker that died. */
  workerOrphans: (workerId: string) => `w:${workerId}:orphans`,
  /** String: milliseconds since the epoch of the worker's last sign of life. */
  workerAlive: (workerId: string) => `w:${workerId}:alive`,
  /** String: the requests of a caller in the current window; expires with it. */
  requestCount: (caller: string) => `rate:${caller}`,
} as const;

export const channels = {
  /** TenantChanged as JSON: every worker listens, whichever tenants it serves. */
  tenantChanged: 'manyline:tenant-changed',
  /** Command as JSON, from the API to the SIP workers. */
  commands: 'manyline:commands',
} as const;

/** BullMQ keeps its keys as `queue:<name>:…`. */
export const queuePrefix = 'queue';

export const queues = {
  /** Call detail records on their way to PostgreSQL; job data { records: CallDetailRecord[] }. */
  cdr: 'cdr',
} as const;
