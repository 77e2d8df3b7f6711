import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { plantProject } from '../test/support/planted-project.ts'
import { checkHouse } from './check-house.ts'

/** Texts that must not stand in our own files whole. */
const machinePath = ['', 'work', 'main', 'src'].join('/')
const registry = ['registry', 'npmjs', 'org'].join('.')
const resolved = ['{"packages": {}, "resolved', ' "https://mirror.example/x.tgz"}'].join('":')
const unfinished = ['TO', 'DO'].join('')

const alpha = {
  'src/connectors/registry.ts': `import { alpha } from './sources/alpha/index.ts'\nexport const all = [alpha]\n`,
  'src/connectors/sources/alpha/index.ts': `export const alpha = { id: 'alpha' }\n`,
  'src/connectors/sources/alpha/readme.md': 'What is special about Alpha.\n',
  'src/connectors/sources/alpha/alpha.contract.test.ts': 'export {}\n',
  'emulators/alpha/main.ts': 'export {}\n',
}

function findingsOf(files: Record<string, string>, env: NodeJS.ProcessEnv = {}): string[] {
  return checkHouse(plantProject(files), env).map(
    ({ file, line, rule }) => `${file}${line === undefined ? '' : `:${line}`} ${rule}`,
  )
}

test('a project that keeps the rules is good', () => {
  const files = {
    ...alpha,
    'src/config.ts': 'export const port = process.env.PORT\n',
    'src/lib/errors.ts': 'export class BadError extends Error {}\nexport class WorseError extends BadError {}\n',
    'src/core/long.ts': 'export {}\n'.repeat(300),
    'test/scenarios/long.ts': 'export {}\n'.repeat(600),
    'src/connectors/sources/alpha/map.ts': `export const own = (id: string) => id === 'alpha'\n`,
    'src/usecases/a.test.ts': `export const asked = (id: string) => id === 'alpha'\n`,
    'docs/paths.md': 'Under `src/work/` and https://example.org/work/ nothing is meant by it.\n',
    'left.log': machinePath,
  }
  expect(findingsOf(files)).toEqual([])
})

test.each<[rule: string, file: string, text: string, where?: string]>([
  ['length', 'src/core/a.ts', 'export {}\n'.repeat(301)],
  ['length', 'emulators/alpha/a.ts', 'export {}\n'.repeat(301)],
  ['length', 'src/core/a.test.ts', 'export {}\n'.repeat(601)],
  ['length', 'test/scenarios/a.ts', 'export {}\n'.repeat(601)],
  ['drawer', 'src/lib/utils.ts', ''],
  ['drawer', 'src/lib/string-helpers.ts', ''],
  ['drawer', 'emulators/kit/helper/a.ts', ''],
  ['drawer', 'test/util.test.ts', ''],
  ['place', 'src/misc/a.ts', ''],
  ['place', 'src/more.ts', ''],
  ['class', 'src/core/a.ts', '\nexport class Ticket {}\n', ':2'],
  ['class', 'src/core/a.ts', 'class A extends Map {}\n', ':1'],
  ['class', 'test/a.ts', 'export const A = class {}\n', ':1'],
  ['environment', 'src/core/a.ts', 'export const x = process.env.HOME\n', ':1'],
  ['environment', 'src/core/a.ts', `export const x = process['env']\n`, ':1'],
  ['environment', 'src/core/a.ts', 'export const x = globalThis.process.env\n', ':1'],
  ['environment', 'src/core/a.ts', 'const { env } = process\n', ':1'],
  ['environment', 'emulators/kit/a.ts', `import { env as e } from 'node:process'\n`, ':1'],
  ['unfinished', 'src/core/a.ts', `// ${unfinished}: later\n`, ':1'],
  ['machine-path', 'docs/a.md', `Look at ${machinePath}.\n`, ':1'],
  ['machine-path', 'src/core/a.ts', `const x = 'file://${machinePath}'\n`, ':1'],
  ['registry-host', 'package-lock.json', resolved, ':1'],
  [
    'lock-complete',
    'package-lock.json',
    `{"packages":{"node_modules/a":{"optionalDependencies":{"a-darwin-x64":"1.0.0"}}}}`,
  ],
  ['registry-host', '.npmrc', `registry=https://${registry}/`, ':1'],
])('%s: planted in %s', (rule, file, text, where = '') => {
  expect(findingsOf({ [file]: text })).toEqual([`${file}${where} ${rule}`])
})

test('the host of the registry that npm is told to use is found', () => {
  const files = { 'docs/a.md': 'From\nhttps://packages.example.org:8443/npm\n' }
  expect(findingsOf(files)).toEqual([])
  expect(findingsOf(files, { npm_config_registry: 'https://packages.example.org:8443/' })).toEqual([
    'docs/a.md:2 registry-host',
  ])
})

test.each<[title: string, text: string]>([
  ['comparison', `export const x = (id: string) => id === 'alpha'\n`],
  ['negation', `export const x = (id: string) => 'alpha' !== id\n`],
  ['case', `export const x = (id: string) => {\n  switch (id) {\n    case 'alpha':\n  }\n}\n`],
])('asking which vendor it is: %s', (_, text) => {
  const rules = findingsOf({ ...alpha, 'src/usecases/a.ts': text, 'web/pages/a.ts': text })
  expect(rules.map((rule) => rule.replace(/:\d+/, ''))).toEqual([
    'src/usecases/a.ts vendor-asked',
    'web/pages/a.ts vendor-asked',
  ])
})

test.each<[missing: keyof typeof alpha, text: string | undefined]>([
  ['src/connectors/registry.ts', 'export const all = []\n'],
  ['src/connectors/sources/alpha/index.ts', `export const alpha = { id: 'other' }\n`],
  ['src/connectors/sources/alpha/readme.md', undefined],
  ['src/connectors/sources/alpha/alpha.contract.test.ts', undefined],
  ['emulators/alpha/main.ts', undefined],
])('a connector that is not whole: %s', (missing, text) => {
  const { [missing]: _, ...rest } = alpha
  expect(findingsOf(text === undefined ? rest : { ...rest, [missing]: text })).toEqual([
    'src/connectors/sources/alpha whole-connector',
  ])
})

test('a .gitignore beyond the reader stops the check instead of passing files by', () => {
  const root = plantProject({})
  writeFileSync(join(root, '.gitignore'), 'docs/**/secret\n')
  expect(() => checkHouse(root, {})).toThrow('is beyond scripts/project-files.ts')
})
