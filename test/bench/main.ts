import { missingPeers } from '@manyline/testkit';
import { benchCalls } from './calls-bench.ts';
import { startKamailio } from './peers/kamailio.ts';
import type { SipSubject } from './peers/sip-subject.ts';
import { benchRegister } from './register-bench.ts';
import { type BenchLine, print, printLeftOut, printRatios } from './report.ts';

const USER_COUNT = 1000;
const sipBenches = { register: benchRegister, calls: benchCalls };
const sipSubjects: { name: SipSubject['name']; program: string; start: () => Promise<SipSubject> }[] = [
  { name: 'kamailio', program: 'kamailio', start: () => startKamailio(USER_COUNT) },
];

async function runSipBench(bench: keyof typeof sipBenches): Promise<void> {
  const lines: BenchLine[] = [];
  for (const { name, program, start } of sipSubjects) {
    if (missingPeers(program, 'sipp').length > 0) {
      printLeftOut(bench, name, `not installed: ${missingPeers(program, 'sipp').join(', ')}`);
      continue;
    }
    const subject = await start();
    try {
      for (const line of await sipBenches[bench](subject)) {
        lines.push(line);
        print(line);
      }
    } finally {
      await subject.stop();
    }
  }
  printRatios(lines);
}

for (const bench of process.argv.slice(2)) {
  if (bench === 'register' || bench === 'calls') await runSipBench(bench);
}
