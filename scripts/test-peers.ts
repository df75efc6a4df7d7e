/** The programs that some tests talk to: real phones, load generators, other servers. */
import { spawnSync } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program and the Debian package that brings it. */
const PEERS: readonly { program: string; debianPackage: string }[] = [
  { program: 'redis-server', debianPackage: 'redis-server' },
  { program: 'sipp', debianPackage: 'sip-tester' },
  { program: 'baresip', debianPackage: 'baresip' },
  { program: 'kamailio', debianPackage: 'kamailio' },
  { program: 'rtpengine', debianPackage: 'rtpengine-daemon' },
];

/** While this file exists Debian's package scripts start no services (policy-rc.d, exit code 101: forbidden). */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';

function isInstalled(program: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Installs what is missing where that is possible: as root on Debian or Ubuntu. Tests say themselves what they lack. */
export function installTestPeers(): void {
  const missing = PEERS.filter(({ program }) => !isInstalled(program));
  if (missing.length === 0) return;
  const names = missing.map(({ debianPackage }) => debianPackage);
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version') || !isInstalled('apt-get')) {
    console.error(`manyline: some tests need packages that are not installed: ${names.join(', ')}`);
    return;
  }
  console.error(`manyline: installing test peers with apt-get: ${names.join(', ')} …`);
  const ownPolicy = !existsSync(SERVICE_POLICY);
  if (ownPolicy) {
    writeFileSync(SERVICE_POLICY, '#!/bin/sh\nexit 101\n');
    chmodSync(SERVICE_POLICY, 0o755);
  }
  try {
    aptGet('update');
    // One by one: a package that this release lacks must not keep the others away.
    for (const name of names) {
      if (!aptGet('install', '-y', '--no-install-recommends', name)) console.error(`manyline: no package ${name}`);
    }
  } finally {
    if (ownPolicy) rmSync(SERVICE_POLICY, { force: true });
  }
}

function aptGet(...aptArguments: string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', ['-q', ...aptArguments], { env, stdio: ['ignore', 'ignore', 'ignore'] }).status === 0;
}
