import { Sipp, type SippStatistics, sippCredentials } from '@manyline/testkit';
import type { SipSubject } from './peers/sip-subject.ts';
import type { BenchLine } from './report.ts';
import { measureSippRates } from './sipp-rates.ts';

const RATES = [1000, 4000];
const FIRST_WARM_UP_SECONDS = 8;
const WARM_UP_SECONDS = 2;
const MEASURED_SECONDS = 6;

/** REGISTER, 401, REGISTER with the answer (MD5), 200: every user in turn, each time as a refresh from the same Contact. */
export async function benchRegister(subject: SipSubject, report: (line: BenchLine) => void): Promise<void> {
  const rows = subject.users.map(({ number, password }) => [number, sippCredentials(number, password)]);
  const load = (rate: number, seconds: number): Promise<SippStatistics> =>
    Sipp.run({
      scenario: 'register',
      target: subject.target,
      rows,
      keywords: { domain: subject.domain, contact_port: 9 },
      calls: rate * seconds,
      callsPerSecond: rate,
      authUri: `sip:${subject.domain}`,
      timeoutSeconds: seconds + 30,
    });
  await measureSippRates({
    bench: 'register',
    subject,
    rates: RATES,
    firstWarmUpSeconds: FIRST_WARM_UP_SECONDS,
    warmUpSeconds: WARM_UP_SECONDS,
    measuredSeconds: MEASURED_SECONDS,
    load,
    report,
  });
}
