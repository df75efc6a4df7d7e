/** Several relay threads behind one control socket. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@manyline/kernel';
import { bestSocketKind, listenControl, MediaClient, MediaServer, type MediaTotals } from '@manyline/media';
import { eventually } from '@manyline/testkit';
import { expect, it } from 'vitest';
import { RelayThreads } from '../src/relay-threads.ts';
import { echoThroughRelay } from './echo-through-relay.ts';

it('spreads sessions over threads, sums their totals, and ends them', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'relay-threads-'));
  const path = join(directory, 'control.sock');
  const failures: Error[] = [];
  let totals: MediaTotals | undefined;
  const threads = await RelayThreads.start({
    count: 3,
    settings: {
      host: '127.0.0.1',
      rtpPortMin: 30_500,
      rtpPortMax: 30_599,
      allowPrivateAddresses: true,
      sockets: bestSocketKind(),
    },
    onMediaTimeout: () => {},
    onTotals: (newer) => {
      totals = newer;
    },
    onFailure: (error) => failures.push(error),
  });
  const server = new MediaServer({ clock: systemClock, backend: threads });
  const listener = await listenControl(path, (connection) => server.accept(connection));
  const client = new MediaClient({ clientId: 'worker-1' });
  await client.connect(path);

  const sessionIds = Array.from({ length: 12 }, (_, index) => `call-${index}`);
  await Promise.all(sessionIds.map((sessionId) => echoThroughRelay(client, sessionId)));
  await eventually('totals of all threads', () => totals?.sessions === 12 && totals.packetsSent === 12);
  const closed = await Promise.all(sessionIds.map((sessionId) => client.closeSession(sessionId)));
  for (const [statistics] of closed) expect(statistics).toMatchObject({ packetsReceived: 1, packetsSent: 1 });

  client.close();
  await listener.close();
  server.close();
  await threads.close();
  await threads.close();
  expect(failures).toEqual([]);
  rmSync(directory, { recursive: true });
});
