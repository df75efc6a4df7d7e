import { readdirSync, readFileSync } from 'node:fs';

/** A process as /proc shows it. Linux only. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  readonly command: string;
  /** utime + stime of all its threads, in microseconds; the kernel counts in ticks of 10 ms. */
  readonly cpuMicros: number;
}

const MICROS_PER_TICK = 10_000;

function readEntry(pid: number): ProcessEntry | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
    if (fields[0] === 'Z') return undefined;
    return {
      pid,
      parentPid: Number(fields[1]),
      command,
      cpuMicros: (Number(fields[11]) + Number(fields[12])) * MICROS_PER_TICK,
    };
  } catch {
    return undefined;
  }
}

/** The process `rootPid` and everything that descends from it, parents first; empty when it is gone. */
export function processTree(rootPid: number): ProcessEntry[] {
  const children = new Map<number, ProcessEntry[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const entry = readEntry(Number(name));
    if (entry === undefined) continue;
    const siblings = children.get(entry.parentPid);
    if (siblings === undefined) children.set(entry.parentPid, [entry]);
    else siblings.push(entry);
  }
  const root = readEntry(rootPid);
  if (root === undefined) return [];
  const tree = [root];
  for (let index = 0; index < tree.length; index += 1) tree.push(...(children.get(tree[index]!.pid) ?? []));
  return tree;
}

/** Whether a process of this id runs (a zombie does not). */
export function processRuns(pid: number): boolean {
  return readEntry(pid) !== undefined;
}
