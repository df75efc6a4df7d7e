/** A call in progress as it stands in Redis: enough to write its record when the worker died. Times are RFC 3339 UTC. */
export interface LiveCall {
  readonly id: string;
  readonly tenantId: string;
  /** The SIP Call-ID of the calling leg. */
  readonly callId: string;
  readonly caller: string;
  readonly called: string;
  readonly startedAt: string;
  readonly answeredAt: string | null;
}
