/** `npm run dev`: `npm start`, started again when a source file changes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';

/** An editor that saves writes several times. */
const SETTLE_MS = 300;

const root = new URL('..', import.meta.url).pathname;
let server: ChildProcess | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let work: Promise<void> = Promise.resolve();
let ending = false;

function start(): void {
  server = spawn(process.execPath, ['apps/standalone/src/main.ts'], { cwd: root, stdio: 'inherit' });
}

async function stop(): Promise<void> {
  if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGTERM');
  await exited;
}

function changed(file: string | null): void {
  if (ending || file === null || !/\.(ts|lua|sql|prisma)$/.test(file) || file.endsWith('.test.ts')) return;
  clearTimeout(timer);
  timer = setTimeout(() => {
    console.log(`manyline: ${file} changed, starting again …`);
    work = work.then(stop).then(start);
  }, SETTLE_MS);
}

for (const folder of ['apps', 'packages', 'prisma']) {
  watch(`${root}/${folder}`, { recursive: true }, (_, file) => changed(file));
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (ending) return;
    ending = true;
    clearTimeout(timer);
    void work.then(stop).then(() => process.exit(0));
  });
}
start();
