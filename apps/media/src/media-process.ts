import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Config } from '@manyline/config';
import { type Logger, systemClock } from '@manyline/kernel';
import { listenControl, MediaServer, openSockets, type SocketKind } from '@manyline/media';
import { createMetrics, serveMetrics } from '@manyline/telemetry';
import { registerTotals } from './register-totals.ts';
import { Relay, type RelaySettings } from './relay.ts';
import { RelayThreads } from './relay-threads.ts';

export interface MediaProcessOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly sockets: SocketKind;
  /** The process cannot go on. */
  readonly onFailure: (error: Error) => void;
}

export interface MediaProcess {
  /** What the ready message says. */
  readonly details: { readonly control: string; readonly threads: number; readonly sockets: string };
  /** Ends every call's media, and what else the process does. */
  close(): Promise<void>;
}

/** Starts the relay threads, the control socket and the metrics. Rejects with a text for people. */
export async function startMediaProcess(options: MediaProcessOptions): Promise<MediaProcess> {
  const { config, logger, sockets, onFailure } = options;
  const control = config.mediaControl;
  if (control === undefined) throw new Error('MEDIA_CONTROL is not set: the path or host:port of the control socket');
  expectUsableHost(config.sipHost, sockets);
  const metrics = createMetrics('media');
  const threads = Math.max(1, availableParallelism() - 1);
  const settings: RelaySettings = {
    host: config.sipHost,
    rtpPortMin: config.rtpPortMin,
    rtpPortMax: config.rtpPortMax,
    allowPrivateAddresses: config.allowPrivateTargets,
    sockets,
  };
  const events = {
    onMediaTimeout: (sessionId: string, legId: string) => server.mediaTimeout(sessionId, legId),
    onTotals: registerTotals(metrics),
    onFailure,
  };
  // One relay shares the main thread: a thread of its own costs more for each call than the control socket disturbs.
  const backend =
    threads === 1
      ? new Relay({ settings, share: { index: 0, count: 1 }, ...events })
      : await RelayThreads.start({ count: threads, settings, ...events });
  const server = new MediaServer({ clock: systemClock, backend, logger });
  const listener = await listenControl(control, (connection) => server.accept(connection)).catch((error: Error) => {
    throw new Error(`cannot listen on ${control} (MEDIA_CONTROL): ${error.message}`);
  });
  const metricsServer =
    config.metricsSocketDir === undefined
      ? undefined
      : await serveMetrics(join(config.metricsSocketDir, 'media.sock'), metrics.registry);
  return {
    details: { control, threads, sockets },
    close: async () => {
      await listener.close();
      server.close();
      await backend.close();
      await metricsServer?.close();
    },
  };
}

/** Legs are opened much later: an address that is not this machine's must stop the start. */
function expectUsableHost(host: string, kind: SocketKind): void {
  const sockets = openSockets(host, kind);
  const opened = sockets.open(0);
  sockets.close();
  if (!opened.ok) throw new Error(`cannot open a media socket on ${host} (SIP_HOST): ${opened.error.code}`);
}
