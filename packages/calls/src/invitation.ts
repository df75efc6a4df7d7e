import { newId } from '@manyline/kernel';
import type { LocalUser, TenantSnapshot } from '@manyline/pbx';
import { type Invitation, NameAddr, SipUri, toByteText } from '@manyline/sip';
import type { DialTarget } from './ports.ts';

export interface InvitationParties {
  readonly target: DialTarget;
  readonly body: Buffer;
  readonly tenant: TenantSnapshot;
  readonly caller: LocalUser;
  /** The caller keeps his identity from the callee (RFC 3323). */
  readonly anonymous: boolean;
  readonly called: string;
}

/** RFC 3323 §4.1.1.3. */
const ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>';

/** The INVITE that rings a device: From and To are the tenant's own addresses, whatever the caller wrote. */
export function invitationFor({ target, body, tenant, caller, anonymous, called }: InvitationParties): Invitation {
  return {
    uri: target.uri,
    flow: target.flow,
    from: anonymous ? ANONYMOUS : addressOf(caller.number, caller.displayName, tenant),
    to: addressOf(called, '', tenant),
    callId: newId(),
    headers: [
      ...target.route.map((route): [string, string] => ['Route', route]),
      ...(anonymous ? ([['Privacy', 'id']] satisfies [string, string][]) : []),
    ],
    body,
  };
}

function addressOf(user: string, displayName: string, tenant: TenantSnapshot): string {
  return new NameAddr(toByteText(displayName), SipUri.create({ user, host: tenant.sipDomain }).toString()).toString();
}
