import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { mergeExpositions } from './merge-expositions.ts';
import { socketDirectory } from './socket-directory.ts';

/** A process that answers later than this is left out. */
const TIMEOUT_MS = 1000;
/** A process's text larger than this is left out. */
const LONGEST_TEXT = 8 * 1024 * 1024;

/** The metrics of every process that serves them in `directory`, as one text. Processes that do not answer are left out. */
export async function scrapeMetrics(directory: string): Promise<string> {
  const folder = socketDirectory(directory);
  const names = await readdir(folder).catch(() => []);
  const sockets = names.filter((name) => name.endsWith('.sock')).sort();
  const texts = await Promise.all(sockets.map((name) => scrape(join(folder, name)).catch(() => '')));
  return mergeExpositions(texts);
}

function scrape(socketPath: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, path: '/metrics', signal: AbortSignal.timeout(TIMEOUT_MS) }, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > LONGEST_TEXT) response.destroy(new Error('metrics text too long'));
        else chunks.push(chunk);
      });
      response.once('error', reject);
      response.once('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
        else reject(new Error(`metrics answered ${response.statusCode}`));
      });
    });
    outgoing.once('error', reject);
    outgoing.end();
  });
}
