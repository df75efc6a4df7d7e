/** `npm run check`: lint, types, boundaries and dead code, side by side. */
import { spawn } from 'node:child_process';

const CHECKS: readonly { name: string; command: readonly string[] }[] = [
  { name: 'lint and format', command: ['biome', 'check', '--error-on-warnings', '.'] },
  { name: 'types', command: ['tsc', '--noEmit', '-p', 'tsconfig.json'] },
  {
    name: 'boundaries',
    command: ['depcruise', '--config', '.dependency-cruiser.mjs', 'packages', 'apps', 'test', 'scripts'],
  },
  { name: 'dead code', command: ['knip', '--no-progress'] },
];

interface Outcome {
  readonly name: string;
  readonly passed: boolean;
  readonly output: string;
}

function run(name: string, [program = '', ...programArguments]: readonly string[]): Promise<Outcome> {
  const started = performance.now();
  return new Promise((resolve) => {
    let output = '';
    const end = (passed: boolean) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`${passed ? 'passed' : 'FAILED'}  ${name} (${seconds} s)`);
      resolve({ name, passed, output });
    };
    const child = spawn(`node_modules/.bin/${program}`, programArguments, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.once('error', (error) => {
      output += error.message;
      end(false);
    });
    child.once('close', (code) => end(code === 0));
  });
}

process.chdir(new URL('..', import.meta.url).pathname);
const outcomes = await Promise.all(CHECKS.map(({ name, command }) => run(name, command)));
const failures = outcomes.filter(({ passed }) => !passed);
for (const { name, output } of failures) console.log(`\n── ${name} ──\n${output.trim()}`);
process.exitCode = failures.length === 0 ? 0 : 1;
