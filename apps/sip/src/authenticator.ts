import type { Clock } from '@manyline/kernel';
import type { LocalUser, TenantSnapshot } from '@manyline/pbx';
import {
  buildChallenge,
  type DigestCredentials,
  NonceCountWindow,
  NonceIssuer,
  parseDigestCredentials,
  type SipRequest,
  verifyResponse,
} from '@manyline/sip';

export type Authentication =
  | { readonly kind: 'authenticated'; readonly user: LocalUser }
  | { readonly kind: 'challenge'; readonly reason: ChallengeReason; readonly headers: readonly [string, string][] };

/** Why a request is challenged; `wrong` ones are failed attempts. */
export type ChallengeReason = 'no-credentials' | 'stale-nonce' | 'replay' | 'wrong-credentials';

/** Stands in for the HA1 of a user who does not exist, so that both take the same way and time. */
const UNKNOWN_USER_HA1 = 'f'.repeat(32);

/** Digest authentication of phones (RFC 3261 §22, RFC 8760): the user is looked up inside the request's tenant only. */
export class Authenticator {
  readonly #nonces: NonceIssuer;
  readonly #counts: NonceCountWindow;

  constructor(clock: Clock, secret: Buffer) {
    this.#nonces = new NonceIssuer({ clock, secret });
    this.#counts = new NonceCountWindow({ nowMs: clock.now() });
  }

  authenticate(request: SipRequest, tenant: TenantSnapshot): Authentication {
    const credentials = this.#credentialsFor(request, tenant);
    if (credentials === undefined) return this.#challenge(tenant, 'no-credentials');
    const user = tenant.localUsers.get(credentials.username);
    const ha1 = user?.ha1[credentials.algorithm] ?? UNKNOWN_USER_HA1;
    const isRight = verifyResponse(credentials.algorithm, ha1, request.method, credentials);
    const nonce = this.#nonces.check(credentials.nonce, tenant.sipDomain);
    if (!isRight || user === undefined || nonce === 'foreign') return this.#challenge(tenant, 'wrong-credentials');
    if (nonce === 'stale') return this.#challenge(tenant, 'stale-nonce');
    const issuedAtMs = this.#nonces.issuedAtMs(credentials.nonce);
    const verdict = this.#counts.accept(credentials.nonce, credentials.nc ?? 0, issuedAtMs);
    if (verdict === 'fresh') return { kind: 'authenticated', user };
    return this.#challenge(tenant, verdict === 'stale' ? 'stale-nonce' : 'replay');
  }

  /** The credentials meant for this tenant, in an algorithm that it offers. */
  #credentialsFor(request: SipRequest, tenant: TenantSnapshot): DigestCredentials | undefined {
    for (const value of request.headers.getAll('Authorization')) {
      const parsed = parseDigestCredentials(value);
      if (!parsed.ok) continue;
      const { realm, algorithm } = parsed.value;
      if (realm === tenant.sipDomain && tenant.digestAlgorithms.includes(algorithm)) return parsed.value;
    }
    return undefined;
  }

  #challenge(tenant: TenantSnapshot, reason: ChallengeReason): Authentication {
    const nonce = this.#nonces.issue(tenant.sipDomain);
    const headers = tenant.digestAlgorithms.map((algorithm): [string, string] => [
      'WWW-Authenticate',
      buildChallenge({ realm: tenant.sipDomain, nonce, algorithm, stale: reason === 'stale-nonce' }),
    ]);
    return { kind: 'challenge', reason, headers };
  }
}
