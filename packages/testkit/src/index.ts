export { ApiClient, type CdrView } from './api-client.ts';
export { Baresip } from './baresip.ts';
export { answerDigest, challengeParameters } from './digest-answer.ts';
export { eventually } from './eventually.ts';
export { FakeClock } from './fake-clock.ts';
export { findProgram, missingPeers } from './installed-peers.ts';
export { isolatedEnvironment, ManylineProcess, spawnManyline } from './manyline-process.ts';
export { MemoryFlow, memoryLink, settled } from './memory-flow.ts';
export { openProbe, probeSdp, startPhone } from './phones.ts';
export { freePort, freePortRun } from './port-block.ts';
export {
  createTemplateDatabase,
  createTestDatabase,
  type PostgresServer,
  startPostgresServer,
  type TestDatabase,
} from './postgres-fixture.ts';
export { ProbeAudio } from './probe-audio.ts';
export { ProbeDialog } from './probe-dialog.ts';
export { ProbeMessage } from './probe-message.ts';
export { type ProcessEntry, processRuns, processTree } from './process-tree.ts';
export { RunningProcess } from './running-process.ts';
export { newToken, type ProbeAccount, SipProbe } from './sip-probe.ts';
export { Sipp, type SippStatistics, sippCredentials } from './sipp.ts';
export { TcpRelay } from './tcp-relay.ts';
export { temporaryDirectory } from './temporary-directory.ts';
export { buildLocalUser, buildTenant } from './tenant-builder.ts';
export { TestTenant } from './test-tenant.ts';
export { TlsVersionTap } from './tls-version-tap.ts';
export { heardTone } from './tone.ts';
