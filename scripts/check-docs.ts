import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, matchesGlob, posix } from 'node:path'
import { type Finding, listFiles } from './project-files.ts'

/**
 * Checks that what the documents cite exists: paths, files named in backticks, relative links, `npm run` commands. A part
 * in angle brackets stands for anything, and stars and braces are patterns: one match is enough.
 */
export function checkDocs(root: string): Finding[] {
  const files = listFiles(root)
  const known: Known = {
    root,
    paths: new Set([...files, ...files.flatMap(foldersOf)]),
    names: new Set(files.map((file) => posix.basename(file))),
    scripts: new Set(Object.keys(readScripts(root))),
  }
  return files
    .filter((file) => file.endsWith('.md') && file !== 'CHANGELOG.md')
    .flatMap((file) => checkDocument(known, file, readFileSync(join(root, file), 'utf8')))
}

type Known = {
  readonly root: string
  readonly paths: ReadonlySet<string>
  readonly names: ReadonlySet<string>
  readonly scripts: ReadonlySet<string>
}

const projectPath = /(?<![\w./@-])(?:src|web|emulators|test|scripts|bench|docs|\.ci)\/[\w.<>{},*/-]*/g
const namedFile = /`([\w.-]+\.(?:ts|tsx|cjs|mjs|md|sql))`/g
const link = /\]\(([^)\s]+)\)/g
const command = /\bnpm (?:run (?:--\w+ )*([\w:-]+)|(test|start)\b)/g

function checkDocument(known: Known, file: string, text: string): Finding[] {
  return text.split(/\r?\n/).flatMap((content, index) => {
    const line = index + 1
    const findings: Finding[] = []
    for (const [cited] of content.matchAll(projectPath)) {
      const path = cited.replace(/[.,]+$/, '').replace(/\/$/, '')
      if (!pathExists(known, path)) {
        findings.push({ file, line, rule: 'dead-path', message: `${path} does not exist.` })
      }
    }
    for (const [, name = ''] of content.matchAll(namedFile)) {
      if (!known.names.has(name)) {
        findings.push({ file, line, rule: 'dead-file-name', message: `No file is called ${name}.` })
      }
    }
    for (const [, target = ''] of content.matchAll(link)) {
      const path = decodeURI(target.replace(/#.*$/, ''))
      if (path === '' || /^[a-z]+:/.test(path)) continue
      if (!existsSync(join(known.root, dirname(file), path))) {
        findings.push({ file, line, rule: 'dead-link', message: `The link to ${target} leads nowhere.` })
      }
    }
    for (const [, run, short] of content.matchAll(command)) {
      const script = run ?? short ?? ''
      if (!known.scripts.has(script)) {
        findings.push({ file, line, rule: 'dead-command', message: `package.json has no script “${script}”.` })
      }
    }
    return findings
  })
}

function pathExists({ paths }: Known, path: string): boolean {
  if (!/[<{*]/.test(path)) return paths.has(path)
  const pattern = path.replace(/<[^>]*>/g, '*')
  return [...paths].some((candidate) => matchesGlob(candidate, pattern))
}

function foldersOf(file: string): string[] {
  const parts = file.split('/').slice(0, -1)
  return parts.map((_, depth) => parts.slice(0, depth + 1).join('/'))
}

function readScripts(root: string): Record<string, string> {
  const { scripts = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts?: Record<string, string>
  }
  return scripts
}
