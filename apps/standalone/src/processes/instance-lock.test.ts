import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { InstanceLock } from './instance-lock.ts';
import { identityOf } from './process-identity.ts';

async function lockHeldBy(holder: object): Promise<{ folder: string; path: string }> {
  const folder = await temporaryFolder();
  const path = join(folder, 'lock');
  await writeFile(path, JSON.stringify(holder));
  return { folder, path };
}

function otherProcess() {
  const child = spawn('sleep', ['60']);
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

describe('InstanceLock', () => {
  it('is refused while another process holds it, and names that process', async () => {
    const { pid = 0 } = otherProcess();
    const { folder, path } = await lockHeldBy({ pid, startedAt: (await identityOf(pid))?.startedAt });
    await expect(InstanceLock.take(path, folder)).rejects.toThrow(
      `another Manyline (process ${pid}) already runs on DATA_DIR ${folder}`,
    );
    expect(await readdir(folder)).toEqual(['lock']);
  });

  it('is taken over from a process that died', async () => {
    const child = otherProcess();
    const identity = await identityOf(child.pid ?? 0);
    const { folder, path } = await lockHeldBy({ pid: child.pid, startedAt: identity?.startedAt });
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lock = await InstanceLock.take(path, folder);
    expect(await readdir(folder)).toEqual(['lock']);
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is taken over when another program has the id now', async () => {
    const { pid } = otherProcess();
    const { folder, path } = await lockHeldBy({ pid, startedAt: 'long ago' });
    await InstanceLock.take(path, folder);
  });

  it.each(['', '{', '{}'])('is taken over when it cannot be read: %j', async (text) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'lock'), text);
    await InstanceLock.take(join(folder, 'lock'), folder);
  });
});
