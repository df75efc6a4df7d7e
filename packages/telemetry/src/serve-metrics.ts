import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename, dirname, join } from 'node:path';
import type { Registry } from 'prom-client';
import { makeSocketDirectory } from './socket-directory.ts';

export interface MetricsServer {
  /** The path that it listens on; differs from the one asked for when that was too long. */
  readonly path: string;
  /** Stops listening and removes the socket; may be called twice. */
  close(): Promise<void>;
}

/**
 * Offers a registry as text over HTTP on a local socket, for `scrapeMetrics`. `socketPath` ends with `.sock`.
 * A socket left by a dead process is replaced. Rejects with the system's error when it cannot listen.
 */
export async function serveMetrics(socketPath: string, registry: Registry): Promise<MetricsServer> {
  const path = join(await makeSocketDirectory(dirname(socketPath)), basename(socketPath));
  await rm(path, { force: true });
  const server = createServer((request, response) => {
    request.resume();
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType, connection: 'close' }).end(text),
      () => response.writeHead(500, { connection: 'close' }).end(),
    );
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(path, listening);
  });
  let closing: Promise<void> | undefined;
  const close = () =>
    new Promise<void>((closed) => {
      server.close(() => closed());
      server.closeAllConnections();
    }).then(() => rm(path, { force: true }));
  return {
    path,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
