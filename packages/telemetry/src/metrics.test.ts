import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createMetrics, scrapeMetrics, serveMetrics } from './index.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'manyline-metrics-'));
  return () => rm(directory, { recursive: true, force: true });
});

async function serve(name: string, folder = directory) {
  const metrics = createMetrics(name);
  const server = await serveMetrics(join(folder, `${name}.sock`), metrics.registry);
  onTestFinished(() => server.close());
  return { metrics, server };
}

describe('scrapeMetrics', () => {
  it('merges the metrics of all processes', async () => {
    const { metrics: sip } = await serve('sip');
    const { metrics: api } = await serve('api');
    sip.counter('manyline_things_total', 'Things.', ['kind']).inc({ kind: 'a' }, 3);
    api.counter('manyline_things_total', 'Things.', ['kind']).inc({ kind: 'a' });
    api.histogram('manyline_wait_seconds', 'Waits.', [], [1, 2]).observe(1.5);
    const text = await scrapeMetrics(directory);
    expect(text.match(/# TYPE manyline_things_total counter/g)).toHaveLength(1);
    expect(text).toContain('manyline_things_total{kind="a",process="sip"} 3');
    expect(text).toContain('manyline_things_total{kind="a",process="api"} 1');
    expect(text).toContain('manyline_wait_seconds_bucket{le="2",process="api"} 1');
    expect(text.match(/# HELP process_cpu_seconds_total/g)).toHaveLength(1);
  });

  it('leaves out processes that are gone or do not answer', async () => {
    const { server } = await serve('gone');
    const { metrics } = await serve('sip');
    metrics.gauge('manyline_calls', 'Calls.').set(2);
    await server.close();
    await server.close();
    await writeFile(join(directory, 'file.sock'), '');
    const mute = createServer(() => {}).listen(join(directory, 'mute.sock'));
    onTestFinished(() => void mute.close());
    expect(await scrapeMetrics(directory)).toContain('manyline_calls{process="sip"} 2');
  });

  it('gives nothing for a directory that is not there', async () => {
    expect(await scrapeMetrics(join(directory, 'missing'))).toBe('');
  });

  it('works in a directory whose path is too long for a socket', async () => {
    const deep = join(directory, 'x'.repeat(120));
    const { server, metrics } = await serve('sip', deep);
    metrics.gauge('manyline_calls', 'Calls.').set(2);
    expect(Buffer.byteLength(server.path)).toBeLessThanOrEqual(100);
    expect(await scrapeMetrics(deep)).toContain('manyline_calls{process="sip"} 2');
  });

  it('takes the place of a socket that a dead process left', async () => {
    await writeFile(join(directory, 'sip.sock'), '');
    await serve('sip');
    expect(await scrapeMetrics(directory)).toContain('process="sip"');
  });
});
