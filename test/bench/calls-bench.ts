import { freePort, Sipp, type SippStatistics, sippCredentials } from '@manyline/testkit';
import type { SipSubject } from './peers/sip-subject.ts';
import type { BenchLine } from './report.ts';
import { measureSippRates } from './sipp-rates.ts';

const RATES = [100, 250];
const HOLD_MS = 500;
const FIRST_WARM_UP_SECONDS = 15;
const WARM_UP_SECONDS = 2;
const MEASURED_SECONDS = 8;

/**
 * INVITE, 401, INVITE with the answer, 180, 200, ACK, 500 ms, BYE between registered users: the first half calls the
 * second half. No media flows, but the SDP of both sides is real.
 */
export async function benchCalls(subject: SipSubject, report: (line: BenchLine) => void): Promise<void> {
  const half = subject.users.length / 2;
  const callers = subject.users.slice(0, half);
  const called = subject.users.slice(half);
  const answeringPort = await registerFromOnePort(subject, called);
  const answering = await Sipp.start({ scenario: 'answer', localPort: answeringPort, timeoutSeconds: 300 });
  try {
    const rows = callers.map(({ number, password }, index) => [
      number,
      sippCredentials(number, password),
      called[index]!.number,
    ]);
    const load = (rate: number, seconds: number): Promise<SippStatistics> =>
      Sipp.run({
        scenario: 'call',
        target: subject.target,
        rows,
        keywords: { domain: subject.domain },
        calls: rate * seconds,
        callsPerSecond: rate,
        holdMs: HOLD_MS,
        authUri: `sip:${subject.domain}`,
        timeoutSeconds: seconds + 40,
      });
    await measureSippRates({
      bench: 'calls',
      subject,
      rates: RATES,
      firstWarmUpSeconds: FIRST_WARM_UP_SECONDS,
      warmUpSeconds: WARM_UP_SECONDS,
      measuredSeconds: MEASURED_SECONDS,
      load,
      report,
    });
  } finally {
    await answering.stop();
  }
}

/** Registers the called phones from the port on which they will answer, and gives it. */
async function registerFromOnePort(subject: SipSubject, users: SipSubject['users']): Promise<number> {
  const localPort = await freePort();
  const { successful, errors } = await Sipp.run({
    scenario: 'register',
    target: subject.target,
    localPort,
    rows: users.map(({ number, password }) => [number, sippCredentials(number, password)]),
    keywords: { domain: subject.domain, contact_port: localPort },
    calls: users.length,
    callsPerSecond: 200,
    authUri: `sip:${subject.domain}`,
  });
  if (successful !== users.length)
    throw new Error(`only ${successful} of ${users.length} phones registered: ${errors}`);
  return localPort;
}
