import { answerInTime } from '@manyline/bus';
import type { Registration as RegistrationView } from '@manyline/contract';
import { systemClock } from '@manyline/kernel';
import type { Registration } from '@manyline/pbx';
import type { ApiContext } from '../api-context.ts';
import { notFound } from '../api-error.ts';
import { cursorText, decodeCursor, toPage } from '../http/cursor.ts';

/** A list that Redis has not given by then is not waited for. */
const ANSWER_LIMIT_MS = 1500;

/** By number, then id. */
export async function listRegistrations(
  context: ApiContext,
  tenantId: string,
  limit: number,
  cursor: string | undefined,
) {
  const position = decodeCursor(cursor, cursorText.array().length(2));
  const sorted = (await registrationsOf(context, tenantId)).toSorted((a, b) => compare(placeOf(a), placeOf(b)));
  const rest = position === undefined ? sorted : sorted.filter((entry) => compare(placeOf(entry), position) > 0);
  const page = toPage(rest, limit, placeOf);
  return { ...page, items: page.items.map(toRegistration) };
}

export async function readRegistration(context: ApiContext, tenantId: string, id: string): Promise<RegistrationView> {
  const found = (await registrationsOf(context, tenantId)).find((entry) => entry.id === id);
  if (found === undefined) throw notFound('registration');
  return toRegistration(found);
}

/** Takes it out of Redis, and tells the SIP worker, which holds a copy, to forget the phone. */
export async function removeRegistration(context: ApiContext, tenantId: string, id: string): Promise<void> {
  await readRegistration(context, tenantId, id);
  await context.bus.publishCommand({ type: 'remove-registration', tenantId, registrationId: id });
  await context.bus.registrations.remove(tenantId, id);
}

function registrationsOf({ bus }: ApiContext, tenantId: string): Promise<Registration[]> {
  return answerInTime(systemClock, ANSWER_LIMIT_MS, bus.registrations.listTenant(tenantId));
}

function placeOf({ number, id }: Registration): [string, string] {
  return [number, id];
}

function compare(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < a.length; index++) {
    if (a[index]! !== b[index]!) return a[index]! < b[index]! ? -1 : 1;
  }
  return 0;
}

function toRegistration(entry: Registration): RegistrationView {
  return {
    id: entry.id,
    localUserId: entry.localUserId,
    number: entry.number,
    contact: entry.contact,
    transport: entry.transport.toLowerCase() as Lowercase<Registration['transport']>,
    userAgent: entry.userAgent,
    sourceAddress: entry.sourceAddress,
    registeredAt: new Date(entry.registeredAt).toISOString(),
    expiresAt: new Date(entry.expiresAt).toISOString(),
    tls: entry.transport === 'TLS' || entry.transport === 'WSS',
  };
}
