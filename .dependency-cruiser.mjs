/**
 * The arrows of docs/architecture.md as rules. A path is a real path below the repository:
 * a workspace import such as @manyline/kernel resolves to packages/kernel/src/index.ts.
 */

/** What each package may import of the others; everything else is refused. */
const ARROWS = {
  kernel: [],
  sip: ['kernel'],
  sdp: ['kernel'],
  media: ['kernel', 'sdp'],
  pbx: ['kernel'],
  calls: ['kernel', 'sip', 'sdp', 'media', 'pbx'],
  db: ['kernel', 'pbx'],
  bus: ['kernel', 'pbx'],
  contract: ['kernel', 'pbx'],
  config: ['kernel'],
  telemetry: ['kernel'],
  'app-process': ['kernel'],
};

/** Packages of the npm registry that have one sole importer among the packages and apps. */
const SOLE_IMPORTERS = {
  db: ['@prisma/[^/]+', 'prisma', 'pg'],
  bus: ['ioredis', 'bullmq'],
  telemetry: ['pino', 'prom-client'],
};

/** Where what runs in production lives; tests and their support are free of some rules. */
const TEST_CODE = '\\.test\\.ts$|^(packages|apps)/[^/]+/(test|src/testing)/|^test/|^packages/testkit/';

const arrowRules = Object.entries(ARROWS).map(([name, allowed]) => ({
  name: `${name}-imports-only-${allowed.join('-') || 'nothing'}`,
  severity: 'error',
  from: { path: `^packages/${name}/`, pathNot: TEST_CODE },
  to: { path: '^(packages|apps)/', pathNot: `^packages/(${[name, ...allowed].join('|')})/` },
}));

const soleImporterRules = Object.entries(SOLE_IMPORTERS).map(([name, modules]) => ({
  name: `only-${name}-imports-${modules.join('-').replace(/[^a-z-]/g, '')}`,
  severity: 'error',
  from: { path: '^(packages|apps)/', pathNot: `^packages/${name}/|${TEST_CODE}` },
  to: { path: `node_modules/(${modules.join('|')})/` },
}));

export default {
  forbidden: [
    ...arrowRules,
    ...soleImporterRules,
    {
      name: 'kernel-and-pbx-are-pure',
      comment: 'No npm package; of Node only what computes.',
      severity: 'error',
      from: { path: '^packages/(kernel|pbx)/', pathNot: TEST_CODE },
      to: { dependencyTypes: ['core', 'npm'], pathNot: '^(node:)?(crypto|buffer|util)$' },
    },
    {
      name: 'apps-never-import-each-other',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'packages-never-import-apps',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^apps/' },
    },
    {
      name: 'through-the-door',
      comment: 'Another package is imported by its name, which is its src/index.ts; nobody reaches into its folders.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/[^/]+/', pathNot: '^packages/$1/|^packages/[^/]+/src/index\\.ts$' },
    },
    {
      name: 'through-the-door-from-outside',
      severity: 'error',
      from: { path: '^(apps|test|scripts)/' },
      to: { path: '^packages/[^/]+/', pathNot: '^packages/[^/]+/src/index\\.ts$' },
    },
    {
      name: 'testkit-is-for-tests',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: TEST_CODE },
      to: { path: '^packages/testkit/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'packages/db/src/generated' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.mjs', '.js'],
    },
  },
};
