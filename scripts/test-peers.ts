/** The programs that some tests talk to: real phones, load generators, other servers. */
import { installPackages, mayInstallPackages } from '../apps/standalone/src/processes/debian-packages.ts';
import { everyFolder, findProgram } from '../apps/standalone/src/processes/program-path.ts';

/** A program and the Debian package that brings it. */
const PEERS: readonly { program: string; debianPackage: string }[] = [
  { program: 'redis-server', debianPackage: 'redis-server' },
  { program: 'sipp', debianPackage: 'sip-tester' },
  { program: 'baresip', debianPackage: 'baresip' },
  { program: 'kamailio', debianPackage: 'kamailio' },
  { program: 'rtpengine', debianPackage: 'rtpengine-daemon' },
];

/** Installs what is missing where that is possible. Tests say themselves what they lack. */
export async function installTestPeers(): Promise<void> {
  const missing = PEERS.filter(({ program }) => findProgram([program], everyFolder()) === undefined);
  const packages = missing.map(({ debianPackage }) => debianPackage);
  if (packages.length === 0) return;
  if (!mayInstallPackages()) {
    console.error(`manyline: some tests need packages that are not installed: ${packages.join(', ')}`);
    return;
  }
  console.error(`manyline: installing test peers with apt-get: ${packages.join(', ')} …`);
  const failed = await installPackages(packages);
  if (failed.length > 0) console.error(`manyline: could not be installed: ${failed.join(', ')}`);
}
