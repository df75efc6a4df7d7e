import { join } from 'node:path';
import { findProgram, freePort, RunningProcess, temporaryDirectory } from '@manyline/testkit';
import { CpuAccount } from '../cpu-account.ts';
import type { SipSubject } from './sip-subject.ts';

const FIRST_NUMBER = 20_000;

/** Starts Kamailio as kamailio.cfg makes it; throws when it does not come up. */
export async function startKamailio(userCount: number): Promise<SipSubject> {
  const directory = temporaryDirectory('bench-kamailio');
  const port = await freePort();
  const config = join(import.meta.dirname, 'kamailio.cfg');
  const kamailio = RunningProcess.spawn(findProgram('kamailio') ?? 'kamailio', [
    ...['-DD', '-E', '-m', '512', '-M', '16', '-w', directory, '-Y', directory],
    ...['-A', `BENCH_USERS=${userCount}`, '-l', `udp:127.0.0.1:${port}`, '-f', config],
  ]);
  await kamailio.waitForOutput(/Listening on/, 10_000);
  return {
    name: 'kamailio',
    target: `127.0.0.1:${port}`,
    domain: 'bench.pbx.test',
    users: Array.from({ length: userCount }, (_, index) => {
      const number = String(FIRST_NUMBER + index);
      return { number, password: `bench-${number}` };
    }),
    cpu: new CpuAccount(kamailio.pid, () => 'kamailio'),
    stop: async () => {
      await kamailio.stop();
    },
  };
}
