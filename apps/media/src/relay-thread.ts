/** A worker thread that owns sockets and relays; started by RelayThreads. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '@manyline/kernel';
import { executeCommand, MediaEngine, openSockets, PortPool } from '@manyline/media';
import type { FromThread, RelayThreadSettings, ToThread } from './thread-messages.ts';

const TOTALS_EVERY_MS = 1000;

const settings = workerData as RelayThreadSettings;
const port = parentPort!;
const say = (message: FromThread): void => port.postMessage(message);

const { kind, sockets, wakeFd } = openSockets(settings.host, settings.sockets);
const ports = new PortPool({
  clock: systemClock,
  min: settings.rtpPortMin,
  max: settings.rtpPortMax,
  share: { index: settings.index, count: settings.count },
});
const engine = new MediaEngine({
  clock: systemClock,
  sockets,
  ports,
  allowPrivateAddresses: settings.allowPrivateAddresses,
  onMediaTimeout: (sessionId, legId) => say({ type: 'mediaTimeout', sessionId, legId }),
});
const totals = setInterval(() => say({ type: 'totals', totals: engine.totals() }), TOTALS_EVERY_MS);

port.on('message', (message: ToThread) => {
  if (message.type === 'stop') {
    clearInterval(totals);
    engine.close();
    sockets.close();
    port.close();
    return;
  }
  const outcomes = message.commands.map(({ id, command }) => ({ id, outcome: executeCommand(engine, command) }));
  say({ type: 'outcomes', outcomes });
});

say({ type: 'ready', sockets: kind, wakeFd, ports: ports.size });
