import { installPackages, mayInstallPackages } from '../processes/debian-packages.ts';
import { everyFolder, findProgram, searchPath } from '../processes/program-path.ts';
import { sayStep } from '../progress.ts';
import { StartError } from '../start-error.ts';

const PROGRAMS = ['redis-server', 'valkey-server'];

/**
 * The path of a Redis server on PATH; installed with apt-get where that is possible.
 * Throws StartError that says what to install. `folders` and `mayInstall` are for tests.
 */
export async function redisProgram(
  folders: readonly string[] = searchPath(),
  mayInstall: boolean = mayInstallPackages(),
): Promise<string> {
  const found = findProgram(PROGRAMS, folders);
  if (found !== undefined) return found;
  if (mayInstall) {
    sayStep('installing Redis with apt-get');
    const missing = await installPackages(['redis-server']);
    if (missing.length > 0) await installPackages(['valkey-server']);
    const installed = findProgram(PROGRAMS, everyFolder());
    if (installed !== undefined) return installed;
  }
  throw new StartError(
    'Redis is not installed: install redis-server or valkey-server (Debian: apt-get install redis-server, macOS: brew install redis), or set REDIS_URL to a Redis of your own',
  );
}
