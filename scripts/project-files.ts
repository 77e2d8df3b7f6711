import { readdirSync, readFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'

/** Something a check found, in words that say what to do. */
export type Finding = { readonly file: string; readonly line?: number; readonly rule: string; readonly message: string }

/** How a finding is printed. */
export function findingToLine({ file, line, rule, message }: Finding): string {
  return `${file}${line === undefined ? '' : `:${line}`}  ${rule}: ${message}`
}

/**
 * All files of the project that git would keep, relative to `root`, with forward slashes, sorted. Reads `.gitignore` itself:
 * a copy of the project without git is checked just the same.
 */
export function listFiles(root: string): string[] {
  const ignored = readIgnored(root)
  const files: string[] = []
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.name === '.git' || ignored(path, entry.name)) continue
      if (entry.isDirectory()) walk(path)
      else if (entry.isFile()) files.push(path)
    }
  }
  walk('')
  return files.sort()
}

function readIgnored(root: string): (path: string, name: string) => boolean {
  const lines = readFileSync(join(root, '.gitignore'), 'utf8').split(/\r?\n/)
  const patterns = lines.filter((line) => line !== '' && !line.startsWith('#'))
  for (const pattern of patterns) {
    if (pattern.startsWith('!') || pattern.slice(1, -1).includes('/')) {
      throw new Error(
        `.gitignore: “${pattern}” is beyond scripts/project-files.ts; use a plain name, or teach it there.`,
      )
    }
  }
  return (path, name) =>
    patterns.some((pattern) =>
      pattern.startsWith('/')
        ? `/${path}` === pattern.replace(/\/$/, '')
        : matchesGlob(name, pattern.replace(/\/$/, '')),
    )
}
