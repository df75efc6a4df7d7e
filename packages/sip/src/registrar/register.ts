import type { NameAddr, SipRequest } from '../message/index.ts';
import { contactKey } from './contact-key.ts';

/** What the registrar must know of a binding to apply RFC 3261 §10.3; the owner may keep more. */
export interface Binding {
  /** The Contact URI. */
  readonly contact: string;
  /** `+sip.instance` (RFC 5626 §4.1), or empty. */
  readonly instanceId: string;
  readonly callId: string;
  readonly cseq: number;
  /** Preference, 0–1000. */
  readonly q: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface RegistrarLimits {
  readonly minExpiresSeconds: number;
  readonly maxExpiresSeconds: number;
  readonly defaultExpiresSeconds: number;
  readonly maxContactsPerRequest: number;
  readonly maxBindings: number;
}

export const DEFAULT_REGISTRAR_LIMITS: RegistrarLimits = {
  minExpiresSeconds: 60,
  maxExpiresSeconds: 3600,
  defaultExpiresSeconds: 3600,
  maxContactsPerRequest: 10,
  maxBindings: 3,
};

/** A binding that the request asks for, new or refreshed. */
export interface WantedBinding<B extends Binding> extends Binding {
  /** The binding that it replaces. */
  readonly replaces: B | undefined;
}

export type RegisterVerdict<B extends Binding> =
  | { readonly kind: 'accepted'; readonly wanted: readonly WantedBinding<B>[]; readonly removed: readonly B[] }
  | { readonly kind: 'refused'; readonly statusCode: 400 | 403 | 423 | 500; readonly reasonPhrase?: string };

/**
 * Judges a REGISTER against the current bindings of its address-of-record (RFC 3261 §10.3 steps 6–7).
 * All or nothing: a refused request changes no binding. A request without Contact is a query: accepted, no change.
 */
export function judgeRegister<B extends Binding>(
  request: SipRequest,
  current: readonly B[],
  nowMs: number,
  limits: RegistrarLimits,
): RegisterVerdict<B> {
  if (request.contactIsWildcard) return judgeWildcard(request, current);
  const { contacts } = request;
  if (contacts.length > limits.maxContactsPerRequest)
    return { kind: 'refused', statusCode: 403, reasonPhrase: 'Too Many Contacts' };

  const wanted: WantedBinding<B>[] = [];
  const removed: B[] = [];
  for (const contact of contacts) {
    const expiresSeconds = expiryOf(contact, request, limits);
    const replaces = findBinding(current, contact);
    if (replaces !== undefined && replaces.callId === request.callId && request.cseq.sequence <= replaces.cseq) {
      return { kind: 'refused', statusCode: 500, reasonPhrase: 'CSeq Out Of Order' };
    }
    if (expiresSeconds === 0) {
      if (replaces !== undefined) removed.push(replaces);
      continue;
    }
    if (expiresSeconds < limits.minExpiresSeconds) return { kind: 'refused', statusCode: 423 };
    wanted.push({
      contact: contact.uri,
      instanceId: instanceOf(contact),
      callId: request.callId,
      cseq: request.cseq.sequence,
      q: preferenceOf(contact),
      expiresAt: nowMs + expiresSeconds * 1000,
      replaces,
    });
  }
  const added = wanted.filter(({ replaces }) => replaces === undefined).length;
  if (added > 0 && current.length - removed.length + added > limits.maxBindings) {
    return { kind: 'refused', statusCode: 403, reasonPhrase: 'Too Many Registrations' };
  }
  return { kind: 'accepted', wanted, removed };
}

/** `Contact: *` removes all bindings, and only with `Expires: 0` and no other Contact (RFC 3261 §10.2.2, §10.3 step 6). */
function judgeWildcard<B extends Binding>(request: SipRequest, current: readonly B[]): RegisterVerdict<B> {
  if (request.expires !== 0 || request.contacts.length > 0) return { kind: 'refused', statusCode: 400 };
  for (const binding of current) {
    if (binding.callId === request.callId && request.cseq.sequence <= binding.cseq) {
      return { kind: 'refused', statusCode: 500, reasonPhrase: 'CSeq Out Of Order' };
    }
  }
  return { kind: 'accepted', wanted: [], removed: current };
}

/** The same phone by its instance id, else the same Contact URI. */
function findBinding<B extends Binding>(current: readonly B[], contact: NameAddr): B | undefined {
  if (current.length === 0) return undefined;
  const instanceId = instanceOf(contact);
  let key: string | undefined;
  return current.find((binding) => {
    if (instanceId !== '' && binding.instanceId === instanceId) return true;
    // A refresh names the same URI, which need not be taken apart.
    if (binding.contact === contact.uri) return true;
    key ??= contactKey(contact.uri);
    return contactKey(binding.contact) === key;
  });
}

/** Seconds: the Contact's own `expires`, else the Expires header, else the default; malformed counts as the default (RFC 3261 §10.2.1.1). */
function expiryOf(contact: NameAddr, request: SipRequest, limits: RegistrarLimits): number {
  const own = contact.params.get('expires');
  const seconds =
    own !== undefined && /^\d{1,10}$/.test(own) ? Number(own) : (request.expires ?? limits.defaultExpiresSeconds);
  return Math.min(seconds, limits.maxExpiresSeconds);
}

function instanceOf(contact: NameAddr): string {
  return contact.params.get('+sip.instance')?.replaceAll('"', '') ?? '';
}

/** q as 0–1000; 1000 when absent or malformed (RFC 3261 §20.10). */
function preferenceOf(contact: NameAddr): number {
  const q = contact.params.get('q');
  return q !== undefined && /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(q) ? Math.round(Number(q) * 1000) : 1000;
}
