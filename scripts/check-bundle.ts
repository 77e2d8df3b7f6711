import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Finding } from './project-files.ts'

/** How much compressed JavaScript the console makes a browser load, and whether that is too much. */

const mostFirstKb = 250
const mostPageKb = 60
const firstPage = 'pages/overview/overview-page.tsx'

type Chunk = { readonly file: string; readonly isEntry?: boolean; readonly imports?: string[] }
type Manifest = Readonly<Record<string, Chunk>>

export type BundleSize = { readonly page: string; readonly kb: number; readonly most: number }

/** Sizes in kB (1,000 bytes) of gzip: the first load with the overview, then what each other page adds. */
export function measureBundle(root: string): BundleSize[] {
  const dist = join(root, 'web/dist')
  const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8')) as Manifest
  const entry = Object.keys(manifest).find((key) => manifest[key]?.isEntry === true)
  if (entry === undefined) throw new Error('The manifest of web/dist names no entry: run “npm run build”.')
  const sizeOf = (keys: Iterable<string>): number => {
    const files = new Set([...keys].map((key) => manifest[key]?.file ?? '').filter((file) => file.endsWith('.js')))
    return [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file))).length, 0) / 1_000
  }
  const atStart = closure(manifest, [entry, firstPage])
  const added = (page: string): string[] => [...closure(manifest, [page])].filter((key) => !atStart.has(key))
  const pages = Object.keys(manifest).filter((key) => key.startsWith('pages/') && key !== firstPage)
  return [
    { page: 'first load', kb: sizeOf(atStart), most: mostFirstKb },
    ...pages.map((page) => ({ page, kb: sizeOf(added(page)), most: mostPageKb })),
  ]
}

/** What is loaded with these chunks: they and all they import. */
function closure(manifest: Manifest, keys: readonly string[]): Set<string> {
  const found = new Set<string>()
  const visit = (key: string): void => {
    if (found.has(key)) return
    found.add(key)
    for (const next of manifest[key]?.imports ?? []) visit(next)
  }
  keys.forEach(visit)
  return found
}

/** What is over its limit. */
export function checkBundle(root: string): Finding[] {
  return measureBundle(root)
    .filter(({ kb, most }) => kb > most)
    .map(({ page, kb, most }) => ({
      file: 'web',
      rule: 'too-heavy',
      message: `${page} is ${Math.ceil(kb)} kB of compressed JavaScript, more than ${most}: load parts of it when they are needed.`,
    }))
}

if (import.meta.main) {
  for (const { page, kb, most } of measureBundle(join(import.meta.dirname, '..'))) {
    console.log(`${kb.toFixed(1).padStart(7)} kB of ${most}  ${page}`)
  }
}
