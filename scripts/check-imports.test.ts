import { expect, test } from 'vitest'
import { plantProject } from '../test/support/planted-project.ts'
import { checkImports, findUnread } from './check-imports.ts'

const vendor = 'src/connectors/sources/alpha'

/** What others import; every file here keeps the table. */
const good = {
  'src/app.ts': `import { vendors } from './connectors/registry.ts'\nimport { list } from './usecases/list.ts'\nexport const app = [vendors, list]`,
  'src/lib/ids.ts': `import { randomUUID } from 'node:crypto'\nexport const id = randomUUID`,
  'src/core/ticket.ts': `export type Ticket = { id: string }\nexport const limit = 1`,
  'src/connectors/source.ts': `import type { Ticket } from '../core/ticket.ts'\nimport { z } from 'zod'\nexport const Source = z.string()\nexport type Source = Ticket`,
  'src/connectors/registry.ts': `import { alpha } from './sources/alpha/index.ts'\nexport const vendors = [alpha]`,
  [`${vendor}/index.ts`]: `import type { Source } from '../../source.ts'\nimport { map } from './map.ts'\nexport const alpha: { source?: Source; map: number } = { map }`,
  [`${vendor}/map.ts`]: `import { createHash } from 'node:crypto'\nexport const map = createHash('md5').digest().length`,
  'src/connectors/psa/beta/index.ts': `export const beta = 1`,
  'src/db/sql.ts': `import { Pool } from 'pg'\nexport const pool = Pool`,
  'src/usecases/list.ts': `import { limit } from '../core/ticket.ts'\nimport { pool } from '../db/sql.ts'\nexport const list = [limit, pool]`,
  'src/usecases/list.test.ts': `import { desk } from '../../emulators/alpha/main.ts'\nimport { bench } from '../../test/bench.ts'\nexport const x = [desk, bench]`,
  'emulators/kit/server.ts': `export const server = 1`,
  'emulators/alpha/main.ts': `import { server } from '../kit/server.ts'\nexport const desk = server`,
  'emulators/beta/main.ts': `export const desk = 1`,
  'test/bench.ts': `export const bench = 1`,
}

/** File to plant, what it says, and the rule that must catch it. */
const violations: [file: string, text: string, rule: string][] = [
  ['src/core/a.ts', `import { id } from '../lib/ids.ts'\nexport const x = id`, 'core-imports'],
  ['src/core/b.ts', `import type { z } from 'zod'\nexport type X = z.ZodType`, 'core-packages'],
  ['src/core/c.ts', `import { join } from 'node:path'\nexport const x = join`, 'core-node-modules'],
  ['src/lib/a.ts', `import type { Ticket } from '../core/ticket.ts'\nexport type X = Ticket`, 'lib-imports'],
  ['src/connectors/http.ts', `import { limit } from '../core/ticket.ts'\nexport const x = limit`, 'types-of-core-only'],
  [
    'src/connectors/psa.ts',
    `import { alpha } from './sources/alpha/index.ts'\nexport const x = alpha`,
    'connectors-imports',
  ],
  [
    'src/connectors/psa/beta/a.ts',
    `import { map } from '../../sources/alpha/map.ts'\nexport const x = map`,
    'vendor-imports',
  ],
  [`${vendor}/a.ts`, `import type { pool } from '../../../db/sql.ts'\nexport type X = typeof pool`, 'vendor-imports'],
  [`${vendor}/b.ts`, `import { vendors } from '../../registry.ts'\nexport const x = vendors`, 'vendor-imports'],
  [`${vendor}/c.ts`, `import { request } from 'node:https'\nexport const x = request`, 'vendor-node-modules'],
  [`${vendor}/d.ts`, `import { request } from 'undici'\nexport const x = request`, 'vendor-packages'],
  ['src/db/a.ts', `import { list } from '../usecases/list.ts'\nexport const x = list`, 'db-imports'],
  [
    'src/usecases/a.ts',
    `import { alpha } from '../connectors/sources/alpha/index.ts'\nexport const x = alpha`,
    'usecases-imports',
  ],
  [
    'src/usecases/b.ts',
    `import { vendors } from '../connectors/registry.ts'\nexport const x = vendors`,
    'usecases-imports',
  ],
  ['src/usecases/c.ts', `import type { Pool } from 'pg'\nexport type X = Pool`, 'usecases-packages'],
  ['src/usecases/d.ts', `export const x = () => import('../../emulators/alpha/main.ts')`, 'test-parts-in-tests-only'],
  ['src/usecases/e.ts', `import { bench } from '../../test/bench.ts'\nexport const x = bench`, 'usecases-imports'],
  ['src/usecases/f.ts', `import { x as y } from './list.test.ts'\nexport const x = y`, 'tests-are-not-imported'],
  ['src/worker/a.ts', `import { pool } from '../db/sql.ts'\nexport const x = pool`, 'worker-imports'],
  ['src/http/a.ts', `import { pool } from '../db/sql.ts'\nexport const x = pool`, 'http-imports'],
  ['src/http/b.ts', `import { limit } from '../core/ticket.ts'\nexport const x = limit`, 'types-of-core-only'],
  ['src/http/c.ts', `import { app } from '../app.ts'\nexport const x = app`, 'http-imports'],
  ['web/a.ts', `import type { Ticket } from '../src/core/ticket.ts'\nexport type X = Ticket`, 'web-imports'],
  [
    'emulators/alpha/a.ts',
    `import type { Ticket } from '../../src/core/ticket.ts'\nexport type X = Ticket`,
    'emulators-know-nothing-of-us',
  ],
  [
    'emulators/alpha/b.test.ts',
    `import { map } from '../../src/connectors/sources/alpha/map.ts'\nexport const x = map`,
    'emulators-know-nothing-of-us',
  ],
  ['emulators/alpha/c.ts', `import { desk } from '../beta/main.ts'\nexport const x = desk`, 'emulator-imports'],
  ['scripts/a.ts', `import { bench } from '../test/bench.ts'\nexport const x = bench`, 'scripts-without-test-parts'],
  ['src/lib/lost.ts', `import { x } from './nowhere.ts'\nexport const y = x`, 'no-broken-imports'],
]

test('a project that keeps the import table is good', async () => {
  expect(await checkImports(plantProject(good))).toEqual([])
})

test('every planted violation is found, by its own rule, and nothing else is', async () => {
  const planted = Object.fromEntries(violations.map(([file, text]) => [file, text]))
  const findings = await checkImports(plantProject({ ...good, ...planted }))
  const found = findings.map(({ file, rule }) => `${file} ${rule}`)
  expect(violations.map(([file, , rule]) => `${file} ${rule}`).filter((wanted) => !found.includes(wanted))).toEqual([])
  const guilty = new Set(violations.map(([file]) => file))
  expect(findings.filter(({ file }) => !guilty.has(file))).toEqual([])
})

test('a cycle is found', async () => {
  const cycle = {
    'src/lib/one.ts': `import type { Two } from './two.ts'\nexport type One = Two`,
    'src/lib/two.ts': `import type { One } from './one.ts'\nexport type Two = One`,
  }
  expect(await checkImports(plantProject(cycle))).toMatchObject([{ rule: 'no-cycles' }])
})

test('reading nothing is a failure, not a pass', () => {
  expect(findUnread(['src/a.ts', 'readme.md'], [])).toMatchObject([{ file: 'src/a.ts', rule: 'imports-unread' }])
  expect(findUnread(['src/a.ts', 'src/x/fixtures/b.ts'], ['src/a.ts'])).toEqual([])
  expect(findUnread(['readme.md'], [])).toMatchObject([{ rule: 'imports-unread' }])
})
