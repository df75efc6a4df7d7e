/** The media process as the supervisor runs it: a child with an IPC channel. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MediaClient } from '@manyline/media';
import { scrapeMetrics } from '@manyline/telemetry';
import { eventually } from '@manyline/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { echoThroughRelay } from './echo-through-relay.ts';

const main = new URL('../src/main.ts', import.meta.url);

describe('media process', () => {
  let directory: string;
  const children: ChildProcess[] = [];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'media-process-'));
  });

  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    rmSync(directory, { recursive: true });
  });

  function start(env: Record<string, string> = {}, args: string[] = []): ChildProcess {
    const child = fork(main, args, {
      env: {
        PATH: process.env.PATH,
        LOG_LEVEL: 'silent',
        SIP_HOST: '127.0.0.1',
        RTP_PORT_MIN: '30400',
        RTP_PORT_MAX: '30499',
        MEDIA_CONTROL: join(directory, 'control.sock'),
        METRICS_SOCKET_DIR: directory,
        ...env,
      },
      silent: true,
    });
    children.push(child);
    return child;
  }

  async function report(child: ChildProcess): Promise<unknown> {
    const [message] = await once(child, 'message');
    return message;
  }

  it.each([[[]], [['--node-sockets']]])(
    'relays, offers metrics, and stops on SIGTERM with exit code 0 %j',
    async (args) => {
      const child = start({}, args);
      expect(await report(child)).toMatchObject({ type: 'ready', control: join(directory, 'control.sock') });
      const client = new MediaClient({ clientId: 'worker-1' });
      await client.connect(join(directory, 'control.sock'));

      await echoThroughRelay(client, 'call');

      await eventually(
        'the totals',
        async () =>
          (await scrapeMetrics(directory)).match(/manyline_media_packets_sent_total\{process="media"\} 1\n/) !== null,
      );
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      expect(await exit).toEqual([0, null]);
      client.close();
    },
  );

  it('stops when the process that started it is gone', async () => {
    const child = start();
    await report(child);
    const exit = once(child, 'exit');
    child.disconnect();

    expect(await exit).toEqual([0, null]);
  });

  it('says that another media process listens already, and exits with 1', async () => {
    await report(start());
    const second = start();
    const exit = once(second, 'exit');

    expect(await report(second)).toEqual({
      type: 'failed',
      message: expect.stringMatching(/^cannot listen on .*control\.sock \(MEDIA_CONTROL\)/),
    });
    expect(await exit).toEqual([1, null]);
  });

  it.each([
    [{ MEDIA_CONTROL: '' }, /MEDIA_CONTROL/],
    [{ RTP_PORT_MIN: 'many' }, /RTP_PORT_MIN/],
    [{ SIP_HOST: '192.0.2.1' }, /192\.0\.2\.1/],
  ])('names what is wrong with %j', async (env, message) => {
    const child = start(env);
    const exit = once(child, 'exit');

    expect(await report(child)).toEqual({ type: 'failed', message: expect.stringMatching(message) });
    expect(await exit).toEqual([1, null]);
  });
});
