import type { SippStatistics } from '@manyline/testkit';
import { perOperation } from './cpu-account.ts';
import type { SipSubject } from './peers/sip-subject.ts';
import type { BenchLine } from './report.ts';

export interface SippRates {
  readonly bench: 'register' | 'calls';
  readonly subject: SipSubject;
  /** Operations a second, one measurement each. */
  readonly rates: readonly number[];
  /** Once at the highest rate: servers in Node compile what runs often, and stay up for months. */
  readonly firstWarmUpSeconds: number;
  readonly warmUpSeconds: number;
  readonly measuredSeconds: number;
  /** Puts the subject under load. */
  readonly load: (rate: number, seconds: number) => Promise<SippStatistics>;
  readonly report: (line: BenchLine) => void;
}

/** Measures what a subject's operations cost at each rate, after it is warm. */
export async function measureSippRates(options: SippRates): Promise<void> {
  const { bench, subject, rates, firstWarmUpSeconds, warmUpSeconds, measuredSeconds, load, report } = options;
  await load(Math.max(...rates), firstWarmUpSeconds);
  for (const rate of rates) {
    await load(rate, warmUpSeconds);
    const { value, cpu } = await subject.cpu.during(() => load(rate, measuredSeconds));
    const { total, parts } = perOperation(cpu, value.successful);
    report({
      bench,
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
