import {
  eventually,
  freePort,
  ManylineProcess,
  missingPeers,
  Sipp,
  sippCredentials,
  TestTenant,
} from '@manyline/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const missing = missingPeers('sipp');
const PHONES = 40;

describe.skipIf(missing.length > 0)('sipp as many phones (needs sipp)', () => {
  let manyline: ManylineProcess;
  let tenant: TestTenant;
  const numbers = Array.from({ length: PHONES }, (_, index) => String(3000 + index));

  beforeAll(async () => {
    manyline = await ManylineProcess.start({ env: { LOG_LEVEL: 'warn' }, rtpPorts: 600 });
    tenant = await TestTenant.signUp(manyline.http, numbers);
  });

  afterAll(async () => {
    await manyline?.stop();
  });

  const credentials = (number: string): string => sippCredentials(number, tenant.account(number).password);
  const common = () => ({
    target: `${manyline.sip.host}:${manyline.sip.port}`,
    authUri: `sip:${tenant.domain}`,
  });

  it.each(['udp', 'tcp'] as const)('1,000 registrations over %s at 250 a second: none fails', async (transport) => {
    const result = await Sipp.run({
      ...common(),
      scenario: 'register',
      transport,
      rows: numbers.map((number) => [number, credentials(number)]),
      keywords: { domain: tenant.domain, contact_port: 33_983 },
      calls: 1000,
      callsPerSecond: 250,
    });
    expect(result).toMatchObject({
      exitCode: 0,
      successful: 1000,
      failed: 0,
      errors: expect.not.stringContaining('Aborting'),
    });
    expect(await tenant.api.registrations()).toHaveLength(PHONES);
  });

  it('100 calls at 20 a second: none fails, each has its record, and nothing is left', async () => {
    const callers = numbers.slice(0, PHONES / 2);
    const called = numbers.slice(PHONES / 2);
    const localPort = await freePort();
    const registered = await Sipp.run({
      ...common(),
      scenario: 'register',
      rows: called.map((number) => [number, credentials(number)]),
      localPort,
      keywords: { domain: tenant.domain, contact_port: localPort },
      calls: called.length,
      callsPerSecond: 50,
    });
    expect(registered.failed).toBe(0);
    const answering = await Sipp.start({ scenario: 'answer', localPort });
    // The first test's contact of these phones leads nowhere: only the one that answers may stay.
    for (const { id, contact } of await tenant.api.registrations()) {
      if (!contact.endsWith(`:${localPort}`)) await tenant.api.demand('DELETE', `/v1/registrations/${id}`);
    }
    const result = await Sipp.run({
      ...common(),
      scenario: 'call',
      rows: callers.map((number, index) => [number, credentials(number), called[index]!]),
      keywords: { domain: tenant.domain },
      calls: 100,
      callsPerSecond: 20,
      holdMs: 500,
    });
    expect(result, result.errors).toMatchObject({ exitCode: 0, successful: 100, failed: 0 });
    expect((await answering.stop()).failed).toBe(0);
    await eventually(
      '100 records',
      async () => (await tenant.api.cdrs()).filter((cdr) => cdr.result === 'answered').length === 100,
      15_000,
      200,
    );
    await eventually('no call is left', async () => (await manyline.metric('manyline_calls')) === 0, 15_000, 200);
  });
});
