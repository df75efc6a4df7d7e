import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from '@manyline/config';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { assertTlsFilesAreReadable } from './tls-files.ts';

const variables = ['HTTP_TLS_CERT', 'HTTP_TLS_KEY', 'SIP_TLS_CERT', 'SIP_TLS_KEY'];

describe('assertTlsFilesAreReadable', () => {
  it('accepts files that are there, and none', async () => {
    const file = join(await temporaryFolder(), 'file.pem');
    await writeFile(file, '');
    await assertTlsFilesAreReadable(loadConfig({}));
    await assertTlsFilesAreReadable(loadConfig(Object.fromEntries(variables.map((name) => [name, file]))));
  });

  it.each(variables)('names %s when its file cannot be read', async (variable) => {
    const folder = await temporaryFolder();
    const file = join(folder, 'file.pem');
    await writeFile(file, '');
    const env = Object.fromEntries(variables.map((name) => [name, file]));
    for (const path of [join(folder, 'missing.pem'), folder]) {
      await expect(assertTlsFilesAreReadable(loadConfig({ ...env, [variable]: path }))).rejects.toThrow(
        `${path} (${variable}) cannot be read: E`,
      );
    }
  });
});
