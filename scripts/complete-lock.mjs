/**
 * Puts the optional platform packages back into package-lock.json that npm left out because the registry it asked
 * did not carry them: `npm ci` refuses a lock file without them, and another platform needs them.
 * Run it after `npm install`; it changes nothing when nothing is missing.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const lockPath = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(lockPath, 'utf8'));

const SYSTEMS = {
  darwin: 'darwin',
  linux: 'linux',
  win32: 'win32',
  windows: 'win32',
  freebsd: 'freebsd',
  android: 'android',
  openharmony: 'openharmony',
};
const PROCESSORS = ['arm64', 'x64', 'ia32', 'arm', 'ppc64', 's390x', 'riscv64', 'wasm32'];

/** What the name of a platform package says about where it belongs: `@biomejs/cli-linux-x64-musl`. */
function platformOf(name) {
  const words = name.split(/[-/]/);
  const os = words.map((word) => SYSTEMS[word]).find((word) => word !== undefined);
  const cpu = PROCESSORS.find((processor) => words.includes(processor));
  const libc = words.some((word) => word.startsWith('musl')) ? 'musl' : os === 'linux' && cpu ? 'glibc' : undefined;
  return { os, cpu, libc };
}

/** What the packages of all platforms have in common, taken from one that is there. */
function sharedFields(path, optionalDependencies) {
  const sibling = Object.keys(optionalDependencies)
    .flatMap((name) => [lock.packages[`${path}/node_modules/${name}`], lock.packages[`node_modules/${name}`]])
    .find((entry) => entry?.resolved !== undefined || entry?.integrity !== undefined);
  const { bin, engines, license } = sibling ?? {};
  return { ...(license && { license }), ...(bin && { bin }), ...(engines && { engines }) };
}

const added = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const nested = path === '' ? `node_modules/${name}` : `${path}/node_modules/${name}`;
    const top = `node_modules/${name}`;
    if (lock.packages[nested] !== undefined || lock.packages[top] !== undefined) continue;
    const { os, cpu, libc } = platformOf(name);
    if (os === undefined && cpu === undefined) continue;
    lock.packages[top] = {
      version: range.replace(/^[^0-9]*/, ''),
      ...(cpu && { cpu: [cpu] }),
      ...(entry.dev && { dev: true }),
      ...(libc && { libc: [libc] }),
      ...sharedFields(path, entry.optionalDependencies),
      optional: true,
      ...(os && { os: [os] }),
    };
    added.push(name);
  }
}
if (added.length > 0) {
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  lock.packages = Object.fromEntries(sorted);
  writeFileSync(lockPath, `${JSON.stringify(lock, null, 2)}\n`);
  process.stdout.write(`added to package-lock.json: ${added.join(', ')}\n`);
}
