import { spawn } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBrowser } from './browser.ts'
import { ensureConsole } from './ensure-console.ts'

/** What a run of tests came to, ready to be printed and to end the process with. */
export type TestRun = { readonly line: string; readonly exitCode: number }

type Tally = { passed: number; failed: number; skipped: number; ended: boolean }

type Output = 'inherit' | 'ignore'

/** Runs the tests of the project at `root` with this very Node. `filters` are passed to vitest. */
export async function runTests(
  root: string,
  filters: readonly string[],
  env: NodeJS.ProcessEnv,
  output: Output = 'inherit',
): Promise<TestRun> {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-test-'))
  try {
    const tallyFile = join(folder, 'tally.json')
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
    const code = await run([vitest, 'run', ...filters], root, { ...env, TOCSIN_TALLY: tallyFile }, output)
    const tally = existsSync(tallyFile) ? (JSON.parse(readFileSync(tallyFile, 'utf8')) as Tally) : null
    return summarise(tally, code)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A runner that died, or that failed without naming a test, counts as one failure. Nothing passed is never a success. */
function summarise(tally: Tally | null, code: number): TestRun {
  const { passed, skipped, failed: counted, ended } = tally ?? { passed: 0, failed: 0, skipped: 0, ended: false }
  const failed = counted + (!ended || (code !== 0 && counted === 0) ? 1 : 0)
  const good = code === 0 && failed === 0 && passed > 0
  return { line: `${passed} passed, ${failed} failed, ${skipped} skipped`, exitCode: good ? 0 : 1 }
}

/** Environment for the tests: the browser is found, or installed, when there are tests that need one. */
export function testEnvironment(root: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const needsBrowser = globSync('test/e2e/**/*.test.ts', { cwd: root }).length > 0
  return needsBrowser ? { ...env, CHROME_PATH: ensureBrowser(env) } : env
}

function run(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv, output: Output): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', output, output] })
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..')
  const filters = process.argv.slice(2)
  // Before the tests, because two of them side by side would both build it.
  if (filters.length === 0 || filters.some((filter) => filter.includes('e2e')))
    ensureConsole((line) => console.log(line))
  const { line, exitCode } = await runTests(root, filters, testEnvironment(root, process.env))
  console.log(`\n${line}`)
  process.exitCode = exitCode
}
