/** Installing Debian packages where we may: as root on Debian or Ubuntu. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { findProgram, searchPath } from './program-path.ts';

/** While this file exists package scripts start no services (policy-rc.d: exit code 101 forbids it). */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';

export function mayInstallPackages(): boolean {
  return (
    process.getuid?.() === 0 &&
    existsSync('/etc/debian_version') &&
    findProgram(['apt-get'], searchPath()) !== undefined
  );
}

/** Installs each of `names` that can be had, without starting its services; gives those that could not be installed. */
export async function installPackages(names: readonly string[]): Promise<string[]> {
  const ownPolicy = !existsSync(SERVICE_POLICY);
  if (ownPolicy) {
    await writeFile(SERVICE_POLICY, '#!/bin/sh\nexit 101\n');
    await chmod(SERVICE_POLICY, 0o755);
  }
  const missing: string[] = [];
  try {
    await aptGet('update');
    // One by one: a package that this release lacks must not keep the others away.
    for (const name of names) {
      if (!(await aptGet('install', '-y', '--no-install-recommends', name))) missing.push(name);
    }
  } finally {
    if (ownPolicy) await rm(SERVICE_POLICY, { force: true });
  }
  return missing;
}

function aptGet(...aptArguments: string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=120', ...aptArguments], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: 'ignore',
    });
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
}
