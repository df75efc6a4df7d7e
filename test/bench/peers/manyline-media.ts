import { join } from 'node:path';
import { MediaClient } from '@manyline/media';
import { isolatedEnvironment, RunningProcess, temporaryDirectory } from '@manyline/testkit';
import { CpuAccount } from '../cpu-account.ts';
import { type RelaySubject, rtpPorts } from './relay-subject.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'apps', 'media', 'src', 'main.ts');

/** Starts the media process alone and opens calls over its control protocol, as a SIP worker does. */
export async function startManylineMedia(): Promise<RelaySubject> {
  const directory = temporaryDirectory('bench-media');
  const control = join(directory, 'control.sock');
  const media = RunningProcess.spawn(process.execPath, [MAIN], {
    env: {
      ...process.env,
      ...(await isolatedEnvironment(directory)),
      LOG_LEVEL: 'warn',
      MEDIA_CONTROL: control,
      RTP_PORT_MIN: String(rtpPorts.first),
      RTP_PORT_MAX: String(rtpPorts.last),
    },
  });
  const client = new MediaClient({ clientId: 'bench' });
  await Promise.race([
    client.connect(control),
    media.exited.then(() => {
      throw new Error(`the media process ended at once: ${media.output}`);
    }),
  ]);
  const open: string[] = [];
  return {
    name: 'manyline',
    cpu: new CpuAccount(media.pid, () => 'media'),
    openCall: async (partyAPort, partyBPort) => {
      const sessionId = `bench-${open.length}-${partyAPort}`;
      const [a, b] = await client.openLegs(sessionId, ['a', 'b']);
      open.push(sessionId);
      const remote = (rtpPort: number) => ({ address: '127.0.0.1', rtpPort, signallingAddress: '127.0.0.1' });
      await client.updateLeg(sessionId, 'a', remote(partyAPort));
      await client.updateLeg(sessionId, 'b', remote(partyBPort));
      await client.connectLegs(sessionId, 'a', 'b');
      return { portTowardsA: a!.rtpPort, portTowardsB: b!.rtpPort };
    },
    closeCalls: async () => {
      for (const sessionId of open.splice(0)) await client.closeSession(sessionId);
    },
    stop: async () => {
      client.close();
      await media.stop();
    },
  };
}
