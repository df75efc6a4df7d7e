import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { redisProgram } from './redis-program.ts';

async function folderWith(...names: string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of names) {
    await writeFile(join(folder, name), '#!/bin/sh\n');
    await chmod(join(folder, name), 0o755);
  }
  return folder;
}

describe('redisProgram', () => {
  it('finds Redis, or else Valkey', async () => {
    const [both, valkey] = [await folderWith('valkey-server', 'redis-server'), await folderWith('valkey-server')];
    expect(await redisProgram([both], false)).toBe(join(both, 'redis-server'));
    expect(await redisProgram([valkey], false)).toBe(join(valkey, 'valkey-server'));
    expect(await redisProgram([valkey, both], false)).toBe(join(both, 'redis-server'));
  });

  it('says what to install when there is none and it may not install', async () => {
    await expect(redisProgram([await folderWith('redis-cli')], false)).rejects.toThrow(
      /^Redis is not installed: install redis-server or valkey-server .* or set REDIS_URL/,
    );
  });

  it('passes over a file that cannot be run', async () => {
    const folder = await folderWith();
    await writeFile(join(folder, 'redis-server'), '');
    await expect(redisProgram([folder], false)).rejects.toThrow('Redis is not installed');
  });
});
