import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

const ours = join(import.meta.dirname, '..', '..')

/**
 * A small project in a temporary folder, with our packages, for checks to judge. Gone when the running test ends. Files
 * that are not given: `.gitignore`, `package.json` and `tsconfig.json`.
 */
export function plantProject(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'tocsin-planted-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const all = {
    '.gitignore': 'node_modules\n*.log\n',
    'package.json': '{"type":"module","scripts":{"check":"true","test":"true"},"dependencies":{"zod":"*","pg":"*"}}',
    'tsconfig.json': '{"compilerOptions":{"module":"nodenext","allowImportingTsExtensions":true,"noEmit":true}}',
    ...files,
  }
  for (const [file, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  symlinkSync(join(ours, 'node_modules'), join(root, 'node_modules'))
  return root
}
