import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { plantProject } from '../test/support/planted-project.ts'
import { runTests } from './test.ts'

const root = join(import.meta.dirname, '..')
const reporter = readFileSync(join(root, 'test/support/count-reporter.ts'), 'utf8')
const config = `import { defineConfig } from 'vitest/config'
import { countReporter } from './count-reporter.ts'
export default defineConfig({ test: { reporters: [countReporter()] } })`

/** Our own runner must not leak into the one it starts. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_ENV|TEST|TOCSIN)/.test(name)),
)

const passing = `import { expect, test } from 'vitest'
test('a', () => expect(1).toBe(1))
test('b', () => expect(1).toBe(1))
`

function runPlanted(files: Record<string, string>): ReturnType<typeof runTests> {
  return runTests(
    plantProject({ 'vitest.config.ts': config, 'count-reporter.ts': reporter, ...files }),
    [],
    env,
    'ignore',
  )
}

test('counts passed and skipped', async () => {
  const skipped = `import { test } from 'vitest'\ntest.skip('c', () => undefined)\ntest.todo('d')\n`
  expect(await runPlanted({ 'a.test.ts': passing, 'b.test.ts': skipped })).toEqual({
    line: '2 passed, 0 failed, 2 skipped',
    exitCode: 0,
  })
})

test.each<[title: string, text: string]>([
  ['a test that fails', `import { test } from 'vitest'\ntest('c', () => { throw new Error('no') })`],
  ['a file that cannot be loaded', `import './nowhere.ts'`],
  [
    'an error outside of any test',
    `import { test } from 'vitest'\nvoid Promise.reject(new Error('no'))\ntest.skip('c', () => undefined)`,
  ],
  [
    'a hook that fails before',
    `import { beforeAll, test } from 'vitest'\nbeforeAll(() => { throw new Error('no') })\ntest('c', () => undefined)`,
  ],
  [
    'a hook that fails after',
    `import { afterAll, test } from 'vitest'\nafterAll(() => { throw new Error('no') })\ntest.fails('c', () => { throw new Error('yes') })`,
  ],
  [
    'a worker that is killed',
    `import { test } from 'vitest'\ntest('c', () => { process.kill(process.pid, 'SIGKILL') })`,
  ],
])('%s is a failure, and the others still count', async (_, text) => {
  const { line, exitCode } = await runPlanted({ 'a.test.ts': passing, 'b.test.ts': text })
  expect(line).toMatch(/^[23] passed, [1-9]\d* failed, \d+ skipped$/)
  expect(exitCode).toBe(1)
})

test('a runner that is killed is a failure, and what it had counted still stands', async () => {
  const killer = `test('c', async () => {
  await new Promise((resolve) => setTimeout(resolve, 300))
  process.kill(process.ppid, 'SIGKILL')
})`
  const { line, exitCode } = await runPlanted({ 'a.test.ts': passing + killer })
  expect(line).toMatch(/^2 passed, 1 failed, 0 skipped$/)
  expect(exitCode).toBe(1)
})

test('no test at all is no success', async () => {
  expect(await runPlanted({})).toEqual({ line: '0 passed, 1 failed, 0 skipped', exitCode: 1 })
  expect(await runPlanted({ 'a.test.ts': `import { test } from 'vitest'\ntest.skip('c', () => undefined)` })).toEqual({
    line: '0 passed, 0 failed, 1 skipped',
    exitCode: 1,
  })
})

test('a set-up that fails is a failure', async () => {
  const setup = config.replace('test: {', `test: { globalSetup: ['./setup.ts'],`)
  const files = { 'vitest.config.ts': setup, 'setup.ts': `throw new Error('no')`, 'a.test.ts': passing }
  expect(await runPlanted(files)).toEqual({ line: '0 passed, 1 failed, 0 skipped', exitCode: 1 })
})
