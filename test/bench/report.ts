export interface BenchLine {
  readonly bench: 'register' | 'calls' | 'relay';
  readonly subject: 'manyline' | 'kamailio' | 'rtpengine';
  /** What was asked for: operations per second, or calls at once for `relay`. */
  readonly rate: number;
  readonly operations: number;
  readonly failures: number;
  readonly cpuMicrosPerOperation: number;
  readonly cpuMicrosByPart: Readonly<Record<string, number>>;
  readonly [figure: string]: unknown;
}

/** One JSON line on stdout: what `npm run bench` is read by. */
export function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Says in the output why a subject has no figures. */
export function printLeftOut(bench: string, subject: string, reason: string): void {
  print({ bench, subject, leftOut: reason });
}

/** Manyline's CPU over the peer's at each rate where both were measured. */
export function printRatios(lines: readonly BenchLine[]): void {
  for (const own of lines.filter((line) => line.subject === 'manyline')) {
    const peer = lines.find((line) => line.subject !== 'manyline' && line.rate === own.rate);
    if (peer === undefined) continue;
    const ratio = Math.round((own.cpuMicrosPerOperation / peer.cpuMicrosPerOperation) * 100) / 100;
    print({ bench: own.bench, ratio: `manyline/${peer.subject}`, rate: own.rate, cpu: ratio });
  }
}
