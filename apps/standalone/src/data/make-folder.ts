import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../start-error.ts';

/** Folders above a missing one; everybody may enter them. */
const PARENT_MODE = 0o755;

/**
 * Makes the folder at an absolute path and those above it that are missing; one that is there stays as it is.
 * Rejects with the system's error. Node's own `recursive` never ends below /proc, where a folder that is there
 * answers ENOENT.
 */
export async function makeFolder(path: string, mode: number): Promise<void> {
  if (await isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeFolder(parent, PARENT_MODE);
  try {
    await mkdir(path, { mode });
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (systemCode(error) !== 'EEXIST' || !(await isFolder(path))) throw error;
  }
}

/** False as well when it cannot be seen: making it then says why. */
function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
