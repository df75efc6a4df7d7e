import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { openDataDirectory } from './data-directory.ts';
import { loadSecrets, saveSecrets } from './secrets.ts';

const openNew = async () => openDataDirectory(join(await temporaryFolder(), 'data'));

describe('loadSecrets', () => {
  it('makes secrets once, readable by the owner alone', async () => {
    const directory = await openNew();
    const secrets = await loadSecrets(directory, false);
    expect(Buffer.from(secrets.sealingKey, 'base64')).toHaveLength(32);
    expect(secrets.jwtSecret.length).toBeGreaterThanOrEqual(32);
    expect(secrets.demo.localUsers.map(({ number }) => number)).toEqual(['100', '101', '102']);
    expect((await stat(directory.secrets)).mode & 0o777).toBe(0o600);
    expect(await loadSecrets(directory, true)).toEqual(secrets);
  });

  it('makes different ones for another directory', async () => {
    const [a, b] = [await loadSecrets(await openNew(), false), await loadSecrets(await openNew(), false)];
    expect(a.jwtSecret).not.toBe(b.jwtSecret);
    expect(a.demo.adminPassword).not.toBe(b.demo.adminPassword);
  });

  it('keeps what was changed', async () => {
    const directory = await openNew();
    const secrets = await loadSecrets(directory, false);
    await saveSecrets(directory, { ...secrets, demo: { ...secrets.demo, used: true } });
    expect((await loadSecrets(directory, true)).demo.used).toBe(true);
  });

  it('makes none beside a database that only the lost ones could open', async () => {
    const directory = await openNew();
    await expect(loadSecrets(directory, true)).rejects.toThrow(`${directory.secrets} is missing`);
    await expect(stat(directory.secrets)).rejects.toThrow('ENOENT');
  });

  it.each(['', '{', 'null', '{"jwtSecret":"x"}'])('refuses a damaged file: %j', async (text) => {
    const directory = await openNew();
    await writeFile(directory.secrets, text);
    await expect(loadSecrets(directory, false)).rejects.toThrow('is damaged');
    expect(await readFile(directory.secrets, 'utf8')).toBe(text);
  });
});

describe('openDataDirectory', () => {
  it('refuses a path that is no folder', async () => {
    const path = join(await temporaryFolder(), 'file');
    await writeFile(path, '');
    await expect(openDataDirectory(path)).rejects.toThrow(`DATA_DIR ${path} is not a folder`);
  });

  it('keeps sockets to paths that are short enough', async () => {
    const directory = await openDataDirectory(join(await temporaryFolder(), 'x'.repeat(150)));
    expect(join(directory.run, 'media-control.sock').length).toBeLessThanOrEqual(100);
    expect((await stat(directory.run)).mode & 0o777).toBe(0o700);
  });
});
