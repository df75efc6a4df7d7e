import { type ProcessEntry, processTree } from '@manyline/testkit';

/** Server CPU in microseconds by part of the subject (`sip`, `media`, `redis` …). */
export type CpuByPart = Readonly<Record<string, number>>;

/** Adds up user and system time of all processes below `rootPid`, by part. */
export class CpuAccount {
  readonly #rootPid: number;
  readonly #partOf: (entry: ProcessEntry) => string;

  constructor(rootPid: number, partOf: (entry: ProcessEntry) => string) {
    this.#rootPid = rootPid;
    this.#partOf = partOf;
  }

  /** Runs `work` and gives what the processes spent meanwhile. A process that ended meanwhile is not counted. */
  async during<Value>(work: () => Promise<Value>): Promise<{ value: Value; cpu: CpuByPart }> {
    const before = new Map(processTree(this.#rootPid).map((entry) => [entry.pid, entry.cpuMicros]));
    const value = await work();
    const cpu: Record<string, number> = {};
    for (const entry of processTree(this.#rootPid)) {
      const part = this.#partOf(entry);
      cpu[part] = (cpu[part] ?? 0) + entry.cpuMicros - (before.get(entry.pid) ?? 0);
    }
    return { value, cpu };
  }
}

/** The sum and the parts, each divided by the number of operations and rounded to tenths. */
export function perOperation(cpu: CpuByPart, operations: number): { total: number; parts: CpuByPart } {
  const round = (micros: number): number => Math.round((micros / Math.max(1, operations)) * 10) / 10;
  const parts = Object.fromEntries(Object.entries(cpu).map(([part, micros]) => [part, round(micros)]));
  return { total: round(Object.values(cpu).reduce((sum, micros) => sum + micros, 0)), parts };
}
