import { hash } from 'node:crypto';
import type { LocalUser } from '@manyline/pbx';
import type { Sealer } from './sealer.ts';

const MD5_BYTES = 16;

/** The HA1s of a local user (RFC 7616 §3.4.2) in lower-case hex, by algorithm. */
export type Ha1s = LocalUser['ha1'];

/** H(number:realm:password) for every algorithm that a tenant may turn on later. `realm` is the SIP domain. */
export function computeHa1s(number: string, realm: string, password: string): Ha1s {
  const secret = `${number}:${realm}:${password}`;
  return { MD5: hash('md5', secret, 'hex'), 'SHA-256': hash('sha256', secret, 'hex') };
}

/** Both HA1s as one sealed value, bound to the tenant and the local user. */
export function sealHa1s(sealer: Sealer, tenantId: string, localUserId: string, ha1s: Ha1s): Buffer {
  return sealer.seal(Buffer.from(ha1s.MD5 + ha1s['SHA-256'], 'hex'), [tenantId, localUserId]);
}

export function openHa1s(sealer: Sealer, tenantId: string, localUserId: string, sealed: Uint8Array): Ha1s {
  const plain = sealer.open(sealed, [tenantId, localUserId]);
  return { MD5: plain.toString('hex', 0, MD5_BYTES), 'SHA-256': plain.toString('hex', MD5_BYTES) };
}
