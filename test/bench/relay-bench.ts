import { type CpuByPart, perOperation } from './cpu-account.ts';
import type { RelaySubject } from './peers/relay-subject.ts';
import { RelayLoad } from './relay-load.ts';
import type { BenchLine } from './report.ts';

const CALLS_AT_ONCE = [200, 400];
const WARM_UP_MS = 3000;
const MEASURED_MS = 6000;

/** RTP of 50 packets a second both ways in many calls at once; an operation is one packet relayed. */
export async function benchRelay(subject: RelaySubject, report: (line: BenchLine) => void): Promise<void> {
  for (const calls of CALLS_AT_ONCE) {
    const load = new RelayLoad();
    await load.open();
    try {
      for (let index = 0; index < calls; index += 1) {
        const { a, b } = load.portsOf(index);
        load.addCall(index, await subject.openCall(a, b));
      }
      let cpu: CpuByPart = {};
      const result = await load.run(WARM_UP_MS, MEASURED_MS, async (window) => {
        ({ cpu } = await subject.cpu.during(window));
      });
      const { total, parts } = perOperation(cpu, result.received);
      report({
        bench: 'relay',
        subject: subject.name,
        rate: calls,
        packetsPerSecond: Math.round((result.received * 1000) / MEASURED_MS),
        operations: result.received,
        failures: result.sent - result.received + result.misdelivered,
        misdelivered: result.misdelivered,
        silentLegs: result.silentLegs,
        p50DelayMs: result.p50DelayMs,
        p99DelayMs: result.p99DelayMs,
        generatorP99LatenessMs: result.p99LatenessMs,
        cpuMicrosPerOperation: total,
        cpuMicrosByPart: parts,
      });
    } finally {
      load.close();
      await subject.closeCalls();
    }
  }
}
