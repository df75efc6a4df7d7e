import { ManylineProcess, type ProcessEntry, TestTenant } from '@manyline/testkit';
import { CpuAccount } from '../cpu-account.ts';
import { rtpPorts } from './relay-subject.ts';
import type { BenchUser, SipSubject } from './sip-subject.ts';

const FIRST_NUMBER = 20_000;
const REQUESTS_AT_ONCE = 8;

/** Which part of Manyline a process is, by its command line. */
function partOf({ command }: ProcessEntry): string {
  const app = /apps\/(\w+)\/src\/main\.ts/.exec(command)?.[1];
  if (app !== undefined) return app;
  if (/redis-server|valkey-server/.test(command)) return 'redis';
  return /postgres/.test(command) ? 'postgres' : 'other';
}

/** Starts the whole server as `npm start` does, with one tenant of so many users made through the API. */
export async function startManyline(userCount: number): Promise<SipSubject> {
  const env = {
    LOG_LEVEL: 'warn',
    DEMO_TENANT: 'false',
    RTP_PORT_MIN: String(rtpPorts.first),
    RTP_PORT_MAX: String(rtpPorts.last),
  };
  const manyline = await ManylineProcess.start({ env });
  const tenant = await TestTenant.signUp(manyline.http);
  const numbers = Array.from({ length: userCount }, (_, index) => String(FIRST_NUMBER + index));
  const users: BenchUser[] = [];
  const remaining = [...numbers];
  const work = async (): Promise<void> => {
    for (let number = remaining.pop(); number !== undefined; number = remaining.pop()) {
      await tenant.addLocalUser(number);
      users.push({ number, password: tenant.account(number).password });
    }
  };
  await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, work));
  return {
    name: 'manyline',
    target: `${manyline.sip.host}:${manyline.sip.port}`,
    domain: tenant.domain,
    users: users.sort((a, b) => Number(a.number) - Number(b.number)),
    cpu: new CpuAccount(manyline.pid, partOf),
    stop: async () => {
      await manyline.stop();
    },
  };
}
