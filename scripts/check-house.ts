import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { missingFromLock } from './complete-lock.ts'
import { checkSyntax } from './house-syntax.ts'
import { type Finding, listFiles } from './project-files.ts'

/** The rules of the house that no bought tool knows. Each has a planted violation in `check-house.test.ts`. */
export function checkHouse(root: string, env: NodeJS.ProcessEnv): Finding[] {
  const files = listFiles(root)
  const read = (file: string): string => readFileSync(join(root, file), 'utf8')
  const vendors = connectorFolders(files).map(({ vendor }) => vendor)
  const hosts = registryHosts(env)
  return [
    ...files.flatMap(checkName),
    ...files.flatMap(checkPlace),
    ...files.filter(isCode).flatMap((file) => {
      const text = read(file)
      return [...checkLength(file, text), ...checkUnfinished(file, text), ...checkSyntax(file, text, { vendors })]
    }),
    ...files.filter((file) => file !== 'LICENSE').flatMap((file) => checkTraces(file, read(file), hosts)),
    ...checkConnectors(files, read),
    ...files.filter((file) => file === 'package-lock.json').flatMap((file) => checkLock(file, read(file))),
  ]
}

function isCode(file: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(file) && !/(?:^|\/)fixtures\//.test(file) && !file.startsWith('web/api/')
}

function checkName(file: string): Finding[] {
  const drawer = file.split('/').find((part) => /^(?:.*-)?(?:utils?|helpers?)(?:\.|$)/.test(part))
  if (drawer === undefined) return []
  return [{ file, rule: 'drawer', message: `“${drawer}” says nothing: name it after what it does.` }]
}

const rootFiles = ['src/main.ts', 'src/app.ts', 'src/config.ts']
const layers = ['core', 'connectors', 'channels', 'db', 'timers', 'usecases', 'worker', 'http', 'lib']

/** A folder that the import table does not name would escape it. */
function checkPlace(file: string): Finding[] {
  const [top, layer, ...rest] = file.split('/')
  if (top !== 'src' || layer === undefined) return []
  if (rest.length === 0 ? rootFiles.includes(file.replace(/\.test\.ts$/, '.ts')) : layers.includes(layer)) return []
  const message = `src/ holds ${layers.join(', ')} and ${rootFiles.join(', ')}; for more, add a row to .dependency-cruiser.cjs.`
  return [{ file, rule: 'place', message }]
}

function checkLength(file: string, text: string): Finding[] {
  const most = /^test\/|\.test\.tsx?$/.test(file) ? 600 : 300
  const lines = text.split('\n').length - 1
  if (lines <= most) return []
  return [{ file, rule: 'length', message: `${lines} lines, at most ${most}: split it where its subject changes.` }]
}

function checkUnfinished(file: string, text: string): Finding[] {
  return findLines(text, /\b(?:TO[D]O|FIX[M]E)\b/).map((line) => ({
    file,
    line,
    rule: 'unfinished',
    message: 'Finish it, or open an issue and leave no mark.',
  }))
}

/** Traces of the machine something was written on: they mean nothing to a reader and work nowhere else. */
function checkTraces(file: string, text: string, hosts: RegExp): Finding[] {
  if (text.includes('\0')) return []
  const paths = findLines(text, /(?:(?<![\w./-])|file:\/\/)\/(?:work|root|tmp\/brief)\//)
  const named = findLines(text, hosts)
  return [
    ...paths.map((line) => ({ file, line, rule: 'machine-path', message: 'A path of one machine; make it relative.' })),
    ...named.map((line) => ({ file, line, rule: 'registry-host', message: 'Leave package registries to npm.' })),
  ]
}

/** The public registries by name, and whichever this machine's npm is told to use. */
function registryHosts(env: NodeJS.ProcessEnv): RegExp {
  const own = env.npm_config_registry
  const hosts = own === undefined || !URL.canParse(own) ? [] : [new URL(own).host.replaceAll('.', '\\.')]
  return new RegExp(['registry\\.(?:npmjs\\.org|yarnpkg\\.com)', '"resolved": *"https?:', ...hosts].join('|'))
}

function findLines(text: string, pattern: RegExp): number[] {
  if (!pattern.test(text)) return []
  return text.split('\n').flatMap((content, index) => (pattern.test(content) ? [index + 1] : []))
}

type ConnectorFolder = { readonly folder: string; readonly side: string; readonly vendor: string }

function connectorFolders(files: readonly string[]): ConnectorFolder[] {
  const folders = new Map<string, ConnectorFolder>()
  for (const file of files) {
    const [, side, vendor] = /^src\/connectors\/(sources|psa)\/([^/]+)\//.exec(file) ?? []
    if (side === undefined || vendor === undefined) continue
    const folder = `src/connectors/${side}/${vendor}`
    folders.set(folder, { folder, side, vendor })
  }
  return [...folders.values()]
}

/** A vendor is whole: registered under its folder's name, described, under contract, and with a stand-in to test against. */
function checkConnectors(files: readonly string[], read: (file: string) => string): Finding[] {
  const has = (file: string): boolean => files.includes(file)
  const registry = 'src/connectors/registry.ts'
  const registered = has(registry) ? read(registry) : ''
  return connectorFolders(files).flatMap(({ folder, side, vendor }) => {
    const index = `${folder}/index.ts`
    const wants: [boolean, string][] = [
      [has(index) && read(index).includes(`id: '${vendor}'`), `index.ts must export a connector with id: '${vendor}'.`],
      [registered.includes(`'./${side}/${vendor}/index.ts'`), `It is not in ${registry}.`],
      [has(`${folder}/readme.md`), 'readme.md is missing: what is special about this vendor.'],
      [
        files.some((file) => posix.dirname(file) === folder && file.endsWith('.contract.test.ts')),
        'No *.contract.test.ts runs the contract of test/contracts on it.',
      ],
      [has(`emulators/${vendor}/main.ts`), `emulators/${vendor}/main.ts is missing.`],
    ]
    return wants.flatMap(([kept, message]) => (kept ? [] : [{ file: folder, rule: 'whole-connector', message }]))
  })
}

/** npm 11 refuses a lock file that leaves out the packages of other platforms. */
function checkLock(file: string, text: string): Finding[] {
  const { packages = {} } = JSON.parse(text) as Partial<Parameters<typeof missingFromLock>[0]>
  const missing = missingFromLock({ packages })
  if (missing.length === 0) return []
  const message = `${missing.length} packages of other platforms are missing, ${missing[0]?.path} first: run scripts/complete-lock.ts.`
  return [{ file, rule: 'lock-complete', message }]
}
