import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync } from 'node:fs';
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

/** By a process of its own, since what ends a test worker does not wait for long. */
function removeAll(): void {
  spawn('rm', ['-rf', '--', ...directories], { detached: true, stdio: 'ignore' }).unref();
}
