import { Baresip, freePort, heardTone, missingPeers } from '@manyline/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const missing = missingPeers('baresip');

describe.skipIf(missing.length > 0)('the phones of the tests, without a server between them (needs baresip)', () => {
  const phones: Baresip[] = [];

  beforeAll(async () => {
    const common = { domain: '127.0.0.1', transport: 'udp', registerSeconds: 0 } as const;
    const unused = { host: '127.0.0.1', port: await freePort() };
    const called = await Baresip.start({ ...common, user: '102', server: unused, toneHz: 880 });
    const beside = { host: '127.0.0.1', port: called.sipPort };
    phones.push(await Baresip.start({ ...common, user: '101', server: beside, toneHz: 440 }), called);
  });

  afterAll(async () => {
    await Promise.all(phones.map((phone) => phone.stop()));
  });

  it('each hears the other and not itself', async () => {
    const [caller, called] = phones as [Baresip, Baresip];
    await caller.dial('102');
    const answered = await caller.waitFor('CALL_ESTABLISHED');
    const heardAt = await Promise.all([caller.waitHears(880), called.waitHears(440)]);
    expect(Math.max(...heardAt) - answered.atMs).toBeLessThan(1000);
    expect(heardTone(caller.heard()!, 440)).toBe(false);
    expect(heardTone(called.heard()!, 880)).toBe(false);
    await caller.hold();
    await called.waitFor('CALL_REMOTE_SDP');
    await caller.resume();
    await called.waitFor('CALL_REMOTE_SDP');
    await caller.hangup();
    await called.waitFor('CALL_CLOSED');
  });
});
