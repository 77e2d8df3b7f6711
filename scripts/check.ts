import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { checkBundle } from './check-bundle.ts'
import { checkDocs } from './check-docs.ts'
import { checkHouse } from './check-house.ts'
import { checkImports } from './check-imports.ts'
import { ensureConsole } from './ensure-console.ts'
import { type Finding, findingToLine } from './project-files.ts'
import { runTests, testEnvironment } from './test.ts'

// Everything that CI checks, cheapest first; the first stage that fails ends it. `--fast` leaves out the tests.

const root = join(import.meta.dirname, '..')
const fast = process.argv.includes('--fast')
const unknown = process.argv.slice(2).filter((argument) => argument !== '--fast')

type Stage = { readonly title: string; run(): boolean | Promise<boolean> }

const stages: readonly Stage[] = [
  { title: 'style', run: () => node('@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.') },
  { title: 'client of the console', run: () => node('../scripts/build-console.ts', '--client') },
  { title: 'types', run: () => ['tsconfig.json', 'web/tsconfig.json'].every(checkTypes) },
  { title: 'imports', run: async () => report(await checkImports(root)) },
  { title: 'dead code', run: () => node('knip/bin/knip.js') },
  { title: 'house rules', run: () => report(checkHouse(root, process.env)) },
  { title: 'documents', run: () => report(checkDocs(root)) },
  { title: 'console', run: () => ensureConsole((line) => console.log(line)) && report(checkBundle(root)) },
]

function checkTypes(project: string): boolean {
  return node('typescript/bin/tsc', '-p', project)
}

function node(program: string, ...args: string[]): boolean {
  const path = join(root, 'node_modules', program)
  return (
    spawnSync(process.execPath, [path, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
  )
}

function report(findings: readonly Finding[]): boolean {
  for (const finding of findings) console.log(findingToLine(finding))
  return findings.length === 0
}

async function main(): Promise<number> {
  if (unknown.length > 0) {
    console.error(`Unknown argument ${unknown.join(' ')}: npm run check [-- --fast]`)
    return 2
  }
  for (const { title, run } of stages) {
    console.log(`\n== ${title}`)
    const begun = performance.now()
    if (!(await run())) {
      console.log(`\ncheck failed: ${title}\n\n0 passed, 1 failed, 0 skipped`)
      return 1
    }
    console.log(`   good (${((performance.now() - begun) / 1_000).toFixed(1)} s)`)
  }
  if (fast) return 0
  console.log('\n== tests')
  const { line, exitCode } = await runTests(root, [], testEnvironment(root, process.env))
  console.log(`\n${exitCode === 0 ? 'check passed' : 'check failed: tests'}\n\n${line}`)
  return exitCode
}

process.exitCode = await main()
