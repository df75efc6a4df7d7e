import { Sipp, type SippStatistics, sippCredentials } from '@manyline/testkit';
import { perOperation } from './cpu-account.ts';
import type { SipSubject } from './peers/sip-subject.ts';
import type { BenchLine } from './report.ts';

const RATES = [1000, 4000];
/** Once at the highest rate: servers in Node compile what runs often, and stay up for months. */
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
  await load(Math.max(...RATES), FIRST_WARM_UP_SECONDS);
  for (const rate of RATES) {
    await load(rate, WARM_UP_SECONDS);
    const { value, cpu } = await subject.cpu.during(() => load(rate, MEASURED_SECONDS));
    const { total, parts } = perOperation(cpu, value.successful);
    report({
      bench: 'register',
      subject: subject.name,
      rate,
      achievedPerSecond: Math.round(value.callsPerSecond),
      operations: value.successful,
      failures: value.failed,
      retransmissions: value.retransmissions,
      cpuMicrosPerOperation: total,
      cpuMicrosByPart: parts,
    });
  }
}
