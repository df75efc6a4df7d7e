import { access, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { openDataDirectory } from './data-directory.ts';

const hasProc = await access('/proc/self').then(
  () => true,
  () => false,
);

describe('openDataDirectory', () => {
  it('makes the folders and those above, and takes them as they are the next time', async () => {
    const root = join(await temporaryFolder(), 'a', 'b', 'data');
    const directory = await openDataDirectory(root);
    expect(await openDataDirectory(root)).toEqual(directory);
    for (const folder of [directory.redis, directory.objects, directory.tls, directory.spool, directory.logs]) {
      expect((await stat(folder)).mode & 0o777).toBe(0o700);
    }
  });

  it('names DATA_DIR when a file is in its way', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    await symlink(join(folder, 'nowhere'), join(folder, 'dangling'));
    for (const root of ['file', 'file/data', 'file/a/data', 'dangling'].map((name) => join(folder, name))) {
      await expect(openDataDirectory(root)).rejects.toThrow(`DATA_DIR ${root} is not a folder`);
    }
  });

  it.runIf(hasProc).each(['/proc', '/proc/manyline', '/proc/manyline/a/data'])(
    'names DATA_DIR when the system makes no folders there: %s',
    async (root) => {
      await expect(openDataDirectory(root)).rejects.toThrow(`DATA_DIR ${root} cannot be made: ENOENT`);
    },
  );
});
