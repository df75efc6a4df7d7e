import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onProcessEnd } from './on-process-end.ts';

const directories = new Set<string>();

/** A new folder that less privileged programs can enter too; removed when this process ends. */
export function temporaryDirectory(prefix: string): string {
  const directory = mkdtempSync(join(tmpdir(), `${prefix}-`));
  chmodSync(directory, 0o755);
  if (directories.size === 0) onProcessEnd(removeAll);
  directories.add(directory);
  return directory;
}

function removeAll(): void {
  for (const directory of directories) {
    try {
      rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // A process that is just being killed may still write there.
    }
  }
}
