import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import {
  findProgram,
  isolatedEnvironment,
  ManylineProcess,
  processRuns,
  processTree,
  spawnManyline,
  temporaryDirectory,
} from '@manyline/testkit';
import { describe, expect, it } from 'vitest';

const FAIL_WITHIN_MS = 40_000;
const isRoot = process.getuid?.() === 0;
/** `nobody` of Debian. */
const NOBODY = 65_534;

/** Starts with this environment, expects an end by itself, and gives its output; no process may be left. */
async function failedStart(
  env: Record<string, string | undefined>,
  user: { uid?: number; gid?: number } = {},
): Promise<{ code: number | null; output: string }> {
  const child = spawnManyline(env, user);
  const seen = new Set<number>();
  const watch = setInterval(() => {
    for (const { pid } of processTree(child.pid)) seen.add(pid);
  }, 50);
  const timer = setTimeout(() => child.signal('SIGKILL'), FAIL_WITHIN_MS);
  const { code } = await child.exited;
  clearTimeout(timer);
  clearInterval(watch);
  expect(child.output).not.toMatch(/manyline ready:/);
  expect([...seen].filter(processRuns)).toEqual([]);
  return { code, output: child.output };
}

describe('a start that cannot succeed', () => {
  it.each([
    ['SIP_PORT', '70000'],
    ['HTTP_PORT', 'eighty'],
    ['RTP_PORT_MIN', '-1'],
    ['DRAIN_SECONDS', 'soon'],
    ['LOG_LEVEL', 'loud'],
  ])('%s=%s: the message names the variable and what is allowed, and nothing is started', async (name, value) => {
    const dataDir = temporaryDirectory('manyline');
    const { code, output } = await failedStart({ ...(await isolatedEnvironment(dataDir)), [name]: value });
    expect(code).toBe(1);
    expect(output).toContain(name);
    expect(output).toContain(value);
    expect(output).not.toMatch(/^\s+at .*\.ts:\d+/m);
  });

  it('a taken SIP port is named', async () => {
    const env = await isolatedEnvironment(temporaryDirectory('manyline'));
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(Number(env.SIP_PORT), '127.0.0.1', resolve));
    const { code, output } = await failedStart(env);
    socket.close();
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`${env.SIP_PORT}.*in use`));
    expect(output).toContain('SIP_PORT');
  });

  it('a taken HTTP port is named', async () => {
    const env = await isolatedEnvironment(temporaryDirectory('manyline'));
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(Number(env.HTTP_PORT), '127.0.0.1', resolve));
    const { code, output } = await failedStart(env);
    server.close();
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`${env.HTTP_PORT}.*in use`));
    expect(output).toContain('HTTP_PORT');
  });

  it('a second server on the same data directory is refused, and the first goes on', async () => {
    const first = await ManylineProcess.start();
    try {
      const { code, output } = await failedStart(await isolatedEnvironment(first.dataDir));
      expect(code).toBe(1);
      expect(output).toContain(first.dataDir);
      expect((await fetch(`${first.http}/readyz`)).status).toBe(200);
    } finally {
      await first.stop();
    }
  });

  it('a data directory that is a file is named', async () => {
    const file = join(temporaryDirectory('manyline'), 'file');
    writeFileSync(file, 'x');
    const { code, output } = await failedStart(await isolatedEnvironment(join(file, 'data')));
    expect(code).toBe(1);
    expect(output).toContain('DATA_DIR');
  });

  it.skipIf(!isRoot)('a data directory that may not be written is named (needs root, to become nobody)', async () => {
    const dataDir = temporaryDirectory('manyline');
    chmodSync(dataDir, 0o555);
    const { code, output } = await failedStart(await isolatedEnvironment(dataDir), { uid: NOBODY, gid: NOBODY });
    expect(code).toBe(1);
    expect(output).toContain('DATA_DIR');
    expect(output).toContain(dataDir);
  });

  it.skipIf(!isRoot)('a full disk says so (needs root, for a small file system)', async () => {
    const dataDir = temporaryDirectory('manyline');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=0755', 'tmpfs', dataDir]);
    try {
      const { code, output } = await failedStart(await isolatedEnvironment(dataDir));
      expect(code).toBe(1);
      expect(output).toMatch(/disk .*is full|no space left/i);
      expect(output).toContain(dataDir);
    } finally {
      execFileSync('umount', [dataDir]);
    }
  });

  it.skipIf(!isRoot)('without a Redis server it says how to get one (needs root, to become nobody)', async () => {
    // A PATH with nothing but links to what Node and PostgreSQL need; and nobody cannot install.
    const folder = temporaryDirectory('no-redis');
    for (const program of ['sh', 'env', 'uname', 'id', 'ls', 'cat'])
      symlinkSync(findProgram(program)!, join(folder, program));
    const dataDir = join(folder, 'data');
    mkdirSync(dataDir);
    chownSync(dataDir, NOBODY, NOBODY);
    const env = await isolatedEnvironment(dataDir);
    const { code, output } = await failedStart(
      { ...env, PATH: `${folder}:${dirname(process.execPath)}`, HOME: dataDir },
      { uid: NOBODY, gid: NOBODY },
    );
    expect(code).toBe(1);
    expect(output).toMatch(/redis/i);
    expect(output).toMatch(/REDIS_URL|apt-get install|install/);
  });
});
