/** `npm run bench [-- register|calls|relay …]`: Manyline and its peers under the same load in the same run, as JSON lines. */
import { missingPeers } from '@manyline/testkit';
import { benchCalls } from './calls-bench.ts';
import { startKamailio } from './peers/kamailio.ts';
import { startManylineMedia } from './peers/manyline-media.ts';
import { startManyline } from './peers/manyline-sip.ts';
import { startRtpengine } from './peers/rtpengine.ts';
import { benchRegister } from './register-bench.ts';
import { benchRelay } from './relay-bench.ts';
import { type BenchLine, print, printLeftOut, printRatios } from './report.ts';

const USER_COUNT = 1000;

interface Subject<Running> {
  readonly name: BenchLine['subject'];
  /** Programs that it and its load need. */
  readonly programs: readonly string[];
  start(): Promise<Running>;
}

const sipSubjects = [
  { name: 'kamailio', programs: ['kamailio', 'sipp'], start: () => startKamailio(USER_COUNT) },
  { name: 'manyline', programs: ['sipp'], start: () => startManyline(USER_COUNT) },
] as const;
const relaySubjects = [
  { name: 'rtpengine', programs: ['rtpengine'], start: startRtpengine },
  { name: 'manyline', programs: [], start: startManylineMedia },
] as const;

/** Runs one bench with each of its subjects in turn; gives whether the own server could be measured. */
async function run<Running extends { stop(): Promise<void> }>(
  bench: BenchLine['bench'],
  subjects: readonly Subject<Running>[],
  measure: (subject: Running, report: (line: BenchLine) => void) => Promise<void>,
): Promise<boolean> {
  const lines: BenchLine[] = [];
  for (const { name, programs, start } of subjects) {
    const missing = missingPeers(...programs);
    if (missing.length > 0) {
      printLeftOut(bench, name, `not installed: ${missing.join(', ')}`);
      continue;
    }
    try {
      const subject = await start();
      try {
        await measure(subject, (line) => {
          print(line);
          lines.push(line);
        });
      } finally {
        await subject.stop();
      }
    } catch (error) {
      printLeftOut(bench, name, `failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  printRatios(lines);
  return lines.some((line) => line.subject === 'manyline');
}

const benches: Readonly<Record<BenchLine['bench'], () => Promise<boolean>>> = {
  register: () => run('register', sipSubjects, benchRegister),
  calls: () => run('calls', sipSubjects, benchCalls),
  relay: () => run('relay', relaySubjects, benchRelay),
};

const names = Object.keys(benches) as BenchLine['bench'][];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !names.some((known) => known === name));
if (unknown.length > 0) {
  process.stderr.write(`unknown bench: ${unknown.join(', ')}; there are ${names.join(', ')}\n`);
  process.exitCode = 2;
} else {
  for (const name of names) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    if (!(await benches[name]())) process.exitCode = 1;
  }
}
