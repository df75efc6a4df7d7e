/** A worker thread that owns sockets and relays; started by RelayThread. */
import { parentPort, workerData } from 'node:worker_threads';
import { Relay } from './relay.ts';
import type { FromThread, RelayThreadSettings, ThreadOutcome, ToThread } from './thread-messages.ts';

const settings = workerData as RelayThreadSettings;
const port = parentPort!;
const say = (message: FromThread): void => port.postMessage(message);

const relay = new Relay({
  settings,
  share: settings,
  onMediaTimeout: (sessionId, legId) => say({ type: 'mediaTimeout', sessionId, legId }),
  onTotals: (totals) => say({ type: 'totals', totals }),
});

port.on('message', (message: ToThread) => {
  if (message.type === 'stop') {
    relay.close();
    port.close();
    return;
  }
  const outcomes: ThreadOutcome[] = [];
  for (const { id, command } of message.commands) relay.execute(command, (outcome) => outcomes.push({ id, outcome }));
  say({ type: 'outcomes', outcomes });
});

say({ type: 'ready' });
