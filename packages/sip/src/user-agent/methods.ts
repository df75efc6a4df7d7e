/** The methods that Manyline answers, as its Allow header lists them. */
export const ALLOWED_METHODS = 'INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, UPDATE, INFO, MESSAGE';

/** Methods with a meaning that we know but do not serve: 405, not 501 (RFC 3261 §8.2.1). */
const KNOWN_METHODS = new Set([...ALLOWED_METHODS.split(', '), 'PRACK', 'SUBSCRIBE', 'NOTIFY', 'PUBLISH', 'REFER']);

/** Whether the method is one of an RFC that we know, served or not. */
export function isKnownMethod(method: string): boolean {
  return KNOWN_METHODS.has(method);
}

/** The refusal for a method that is not served here: 405 when we know it, else 501 (RFC 3261 §21.4.6, §21.5.2). */
export function refusalOfMethod(method: string): 405 | 501 {
  return isKnownMethod(method) ? 405 : 501;
}
