import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser'
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config'
import { type Finding, listFiles } from './project-files.ts'

type ImportRules = ICruiseOptions['ruleSet'] & { readonly options: ICruiseOptions }

/** The folders that the import table rules. */
const roots = ['src', 'web', 'emulators', 'demo', 'checker', 'prove', 'test', 'scripts', 'bench']

/**
 * Checks every import against `.dependency-cruiser.cjs`. A source file that was not read is a finding too: with a
 * compiler it does not know, dependency-cruiser reads nothing and calls it good.
 */
export async function checkImports(root: string): Promise<Finding[]> {
  const { options, ...ruleSet } = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as ImportRules
  const folders = roots.filter((folder) => existsSync(join(root, folder)))
  const tsConfig: unknown = extractTsConfig(join(root, 'tsconfig.json'))
  const { output } = await cruise(
    folders,
    { ...options, ruleSet, validate: true, baseDir: root },
    options.enhancedResolveOptions,
    { tsConfig },
  )
  const { modules, summary } = output as ICruiseResult
  const unread = findUnread(
    listFiles(root),
    modules.map(({ source }) => source),
  )
  if (unread.length > 0) return unread
  const comments = new Map(ruleSet.forbidden?.map(({ name, comment }) => [name, comment]))
  return summary.violations.map(({ from, to, rule }) => ({
    file: from,
    rule: rule.name,
    message: `imports ${to}. ${comments.get(rule.name) ?? ''}`.trim(),
  }))
}

/** Sources that the table rules and that were not read. */
export function findUnread(files: readonly string[], read: readonly string[]): Finding[] {
  const seen = new Set(read)
  const ruled = files.filter(
    (file) => /\.tsx?$/.test(file) && roots.includes(file.split('/')[0] ?? '') && !file.includes('/fixtures/'),
  )
  if (ruled.length === 0) return [{ file: 'src', rule: 'imports-unread', message: 'There are no sources to check.' }]
  const message = `It was not read (${seen.size} modules were); does dependency-cruiser know the installed TypeScript?`
  return ruled.filter((file) => !seen.has(file)).map((file) => ({ file, rule: 'imports-unread', message }))
}
