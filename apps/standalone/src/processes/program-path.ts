import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where programs are, beyond PATH: services' shells often lack these. */
const USUAL_FOLDERS = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
  '/opt/homebrew/bin',
];

/** The first of `names` that is an executable file in one of `folders`. */
export function findProgram(names: readonly string[], folders: readonly string[]): string | undefined {
  for (const name of names) {
    for (const folder of folders) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not here.
      }
    }
  }
  return undefined;
}

/** The folders of PATH alone. */
export function searchPath(): string[] {
  return (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
}

/** The folders of PATH and the usual ones. */
export function everyFolder(): string[] {
  return [...searchPath(), ...USUAL_FOLDERS];
}
