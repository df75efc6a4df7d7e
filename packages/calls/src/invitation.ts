import { newId } from '@manyline/kernel';
import type { LocalUser, TenantSnapshot } from '@manyline/pbx';
import { type Invitation, NameAddr, SipUri } from '@manyline/sip';
import type { DialTarget } from './ports.ts';

export interface InvitationParties {
  readonly target: DialTarget;
  readonly body: Buffer;
  readonly tenant: TenantSnapshot;
  readonly caller: LocalUser;
  readonly called: string;
}

/** The INVITE that rings a device: From and To are the tenant's own addresses, whatever the caller wrote. */
export function invitationFor({ target, body, tenant, caller, called }: InvitationParties): Invitation {
  return {
    uri: target.uri,
    flow: target.flow,
    from: addressOf(caller.number, caller.displayName, tenant),
    to: addressOf(called, '', tenant),
    callId: newId(),
    headers: target.route.map((route): [string, string] => ['Route', route]),
    body,
  };
}

function addressOf(user: string, displayName: string, tenant: TenantSnapshot): string {
  // Header text is one character an octet; what is not ASCII goes as UTF-8 (RFC 3261 §25.1).
  const octets = Buffer.from(displayName, 'utf8').toString('latin1');
  return new NameAddr(octets, SipUri.create({ user, host: tenant.sipDomain }).toString()).toString();
}
