/** What is published between processes. Delivery is at most once: a listener must be able to notice a gap. */

/** A tenant's configuration changed, or the tenant came or went. A version gap tells of missed messages. */
export interface TenantChanged {
  readonly tenantId: string;
  readonly sipDomain: string;
  readonly version: number;
  readonly suspended: boolean;
}

/** An order from the API to the SIP workers; the worker that owns the tenant obeys. */
export type Command = {
  readonly type: 'remove-registration';
  readonly tenantId: string;
  readonly registrationId: string;
};

export function readTenantChanged(text: string): TenantChanged | undefined {
  const value = readObject(text);
  const { tenantId, sipDomain, version, suspended } = value;
  if (typeof tenantId !== 'string' || typeof sipDomain !== 'string') return undefined;
  if (typeof version !== 'number' || typeof suspended !== 'boolean') return undefined;
  return { tenantId, sipDomain, version, suspended };
}

export function readCommand(text: string): Command | undefined {
  const { type, tenantId, registrationId } = readObject(text);
  if (type !== 'remove-registration' || typeof tenantId !== 'string' || typeof registrationId !== 'string') {
    return undefined;
  }
  return { type, tenantId, registrationId };
}

function readObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
