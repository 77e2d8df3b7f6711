import { rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { plantProject } from '../test/support/planted-project.ts'
import { ensureConsole, isConsoleBuilt } from './ensure-console.ts'

const files = {
  '.gitignore': 'node_modules\ndist/\n',
  'web/main.tsx': '',
  'web/dist/index.html': '',
  'docs/api/openapi.json': '{}',
  'package-lock.json': '{}',
}

/** Sets when each file was written, in seconds. */
function plant(written: Readonly<Partial<Record<keyof typeof files, number>>>): string {
  const root = plantProject(files)
  for (const file of Object.keys(files)) {
    const at = written[file as keyof typeof files] ?? 1_000
    utimesSync(join(root, file), at, at)
  }
  return root
}

test('a bundle younger than all it is made from is taken as it is', () => {
  const said: string[] = []
  expect(ensureConsole((line) => said.push(line), plant({ 'web/dist/index.html': 2_000 }))).toBe(true)
  expect(said).toEqual([])
})

test.each(['web/main.tsx', 'docs/api/openapi.json', 'package-lock.json'] as const)(
  '%s younger: to be built',
  (file) => {
    expect(isConsoleBuilt(plant({ 'web/dist/index.html': 2_000, [file]: 3_000 }))).toBe(false)
  },
)

test('without vite an old bundle is served, and a missing one is said', () => {
  const root = plant({ 'web/main.tsx': 3_000 })
  rmSync(join(root, 'node_modules'))
  const said: string[] = []
  expect(ensureConsole((line) => said.push(line), root)).toBe(true)
  expect(said).toEqual([])
  rmSync(join(root, 'web/dist'), { recursive: true })
  expect(ensureConsole((line) => said.push(line), root)).toBe(false)
  expect(said).toEqual([expect.stringContaining('vite is not installed')])
})

test('a build that fails is said, with what to do', () => {
  const said: string[] = []
  expect(ensureConsole((line) => said.push(line), plant({ 'web/main.tsx': 3_000 }))).toBe(false)
  expect(said).toEqual([
    expect.stringContaining('Building the console'),
    expect.stringContaining('“npm run build” tries again'),
  ])
})
