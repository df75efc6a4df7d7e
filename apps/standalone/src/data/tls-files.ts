import { readFile } from 'node:fs/promises';
import type { Config } from '@manyline/config';
import { describeFailure, StartError } from '../start-error.ts';

/** Tries the certificates and keys that the environment names. Throws StartError that names the variable. */
export async function assertTlsFilesAreReadable({ httpTls, sipTls }: Config): Promise<void> {
  const files = [
    ['HTTP_TLS_CERT', httpTls?.cert],
    ['HTTP_TLS_KEY', httpTls?.key],
    ['SIP_TLS_CERT', sipTls?.cert],
    ['SIP_TLS_KEY', sipTls?.key],
  ] as const;
  for (const [variable, path] of files) {
    if (path === undefined) continue;
    try {
      await readFile(path);
    } catch (error) {
      throw new StartError(`${path} (${variable}) cannot be read: ${describeFailure(error)}`, error);
    }
  }
}
