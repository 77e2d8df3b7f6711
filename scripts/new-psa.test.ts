import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeNewPsa } from './new-psa.ts'
import { listFiles } from './project-files.ts'

const ours = join(import.meta.dirname, '..')
const root = mkdtempSync(join(tmpdir(), 'tocsin-new-psa-'))
const desk = { id: 'acme-desk', name: 'Acme Desk' }
let files: readonly string[] = []

beforeAll(() => {
  for (const file of listFiles(ours)) {
    if (/^(docs|web|bench|prove|demo)\//.test(file)) continue
    mkdirSync(dirname(join(root, file)), { recursive: true })
    cpSync(join(ours, file), join(root, file))
  }
  symlinkSync(join(ours, 'node_modules'), join(root, 'node_modules'))
  files = writeNewPsa(root, desk)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

function run(command: string, args: readonly string[]) {
  return spawnSync(join(root, 'node_modules/.bin', command), args, { cwd: root, encoding: 'utf8' })
}

test('one folder, one emulator, one world, and a line in each of two lists', () => {
  const folders = new Set(files.map((file) => dirname(file)))
  expect([...folders].sort()).toEqual([
    'emulators/acme-desk',
    'scripts',
    'src/connectors',
    'src/connectors/psa/acme-desk',
    'test/contracts',
  ])
  expect(readFileSync(join(root, 'src/connectors/registry.ts'), 'utf8')).toContain('  acmeDesk as PsaConnector,\n')
})

test('what it writes has the right types and, once formatted, the right style', () => {
  const settled = run('biome', ['check', '--write', ...files])
  expect(settled.status, settled.stdout + settled.stderr).toBe(0)
  const own = files.filter((file) => file.endsWith('.ts'))
  const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')) as {
    compilerOptions: object
  }
  expect(compilerOptions).toBeTruthy()
  const types = run('tsc', ['--noEmit', '-p', 'tsconfig.json'])
  expect(
    types.stdout.split('\n').filter((line) => own.some((file) => line.startsWith(file))),
    types.stdout.slice(0, 2_000),
  ).toEqual([])
}, 120_000)

test('its contract runs, and what fails says what is still to be written', () => {
  const output = join(root, 'contract.json')
  run('vitest', ['run', '--reporter=json', `--outputFile=${output}`, 'src/connectors/psa/acme-desk'])
  const { testResults } = JSON.parse(readFileSync(output, 'utf8')) as {
    testResults: { assertionResults: { title: string; status: string; failureMessages: string[] }[] }[]
  }
  const all = testResults.flatMap(({ assertionResults }) => assertionResults)
  const failed = all.filter(({ status }) => status === 'failed')
  expect(all.length).toBeGreaterThan(100)
  expect(all.filter(({ status }) => status === 'passed').map(({ title }) => title)).toContain(
    'keeps an id that fits a folder and a database',
  )
  expect(failed.length).toBeGreaterThan(50)
  const other = failed.filter(({ failureMessages }) => !failureMessages.join('\n').includes('not written yet'))
  expect(other.map(({ title, failureMessages }) => `${title}: ${failureMessages[0]?.slice(0, 200)}`)).toEqual([])
}, 120_000)

test('a wrong id, and one that is taken, are refused before anything is written', () => {
  expect(() => writeNewPsa(root, { id: 'Acme', name: 'Acme' })).toThrow('lower case')
  expect(() => writeNewPsa(root, { id: 'autotask', name: 'Autotask' })).toThrow('is there already')
  const script = join(ours, 'scripts/new-psa.ts')
  expect(() => execFileSync(process.execPath, [script], { encoding: 'utf8', stdio: 'pipe' })).toThrow('Usage')
})
