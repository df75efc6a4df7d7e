import { type LocalUser, mayReceiveCall } from '@manyline/pbx';
import type { Service } from '../call-control.ts';
import { CALLEE_AT_LIMIT, NOBODY_REGISTERED } from '../release.ts';

/** Local user calls local user: all devices of the callee ring, the first to answer talks. */
export function callLocalUser(user: LocalUser): Service {
  return async (call) => {
    const devices = call.devicesOf(user);
    if (devices.length === 0) return NOBODY_REGISTERED;
    if (!mayReceiveCall(user, call.callsOf(user))) return CALLEE_AT_LIMIT;

    const outcome = await call.dial(devices, { ringSeconds: user.noAnswerSeconds });
    return outcome.kind === 'answered' ? call.bridge(outcome.leg) : outcome.release;
  };
}
