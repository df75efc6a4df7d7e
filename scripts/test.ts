/**
 * `npm test`: all tests, or those of the files and projects given: `npm test -- packages/sip --project unit`.
 * The last line is `N passed, N failed`. With CI set, skipped tests fail the run.
 */
import { parseCLI, startVitest } from 'vitest/node';
import { TestCount } from './test-count.ts';
import { installTestPeers } from './test-peers.ts';

await installTestPeers();
process.chdir(new URL('..', import.meta.url).pathname);

const count = new TestCount();
const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)]);
const vitest = await startVitest(filter, { ...options, run: true, watch: false, reporters: ['default', count] });
await vitest.close();

const skippedInCi = Boolean(process.env.CI) && process.env.CI !== 'false' && count.skipped > 0;
if (skippedInCi) console.log('Tests were skipped, which CI does not allow.');
console.log(String(count));
process.exit(count.failed > 0 || count.passed === 0 || skippedInCi || process.exitCode ? 1 : 0);
