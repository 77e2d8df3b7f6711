import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Names in `package-lock.json` the packages of other platforms that the registry did not offer when it was written. npm 11
 * refuses a lock file without them (`npm ci`: "Missing ... from lock file"). Run it after every `npm install` that changed
 * the lock file: `node scripts/run.mjs scripts/complete-lock.ts`. The entries have no checksum; npm adds it where it finds the package.
 */

type Entry = {
  readonly version?: string
  readonly dev?: boolean
  readonly license?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
}
type Lock = { readonly packages: Readonly<Record<string, Entry>> }
type Missing = { readonly path: string; readonly version: string; readonly wantedBy: Entry }

/** Optional packages that something in the lock file names and that it has no entry for. */
export function missingFromLock({ packages }: Lock): Missing[] {
  return Object.entries(packages).flatMap(([parent, wantedBy]) =>
    Object.entries(wantedBy.optionalDependencies ?? {})
      .filter(([name]) => !foldersAbove(parent).some((folder) => `${folder}node_modules/${name}` in packages))
      .map(([name, version]) => ({ path: `node_modules/${name}`, version, wantedBy })),
  )
}

/** Where Node looks for what a package imports: its own folder first, the root last. */
function foldersAbove(path: string): string[] {
  if (path === '') return ['']
  const above = path.slice(0, Math.max(0, path.lastIndexOf('node_modules/') - 1))
  return [`${path}/`, ...foldersAbove(above)]
}

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32']
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32']

/** An entry for a package of another platform; the platform is read from its name, as npm must know whom to spare it. */
function missingToEntry({ path, version, wantedBy }: Missing): object {
  const parts = path.split(/[-/]/)
  const os = systems.filter((system) => parts.includes(system))
  const cpu = processors.filter((processor) => parts.includes(processor))
  if (!/^\d/.test(version) || os.length !== 1 || cpu.length !== 1) {
    throw new Error(`${path}@${version} does not say its version and platform: add it to package-lock.json by hand.`)
  }
  return {
    version,
    cpu,
    ...(wantedBy.dev === true ? { dev: true } : {}),
    ...(wantedBy.license === undefined ? {} : { license: wantedBy.license }),
    ...libcOf(path),
    optional: true,
    os,
  }
}

function libcOf(path: string): object {
  if (/-musl/.test(path)) return { libc: ['musl'] }
  return /-gnu/.test(path) ? { libc: ['glibc'] } : {}
}

/** The same lock file with every optional package named. */
export function completeLock<T extends Lock>(lock: T): T {
  const added = missingFromLock(lock).map((missing) => [missing.path, missingToEntry(missing)] as const)
  const entries = [...Object.entries(lock.packages), ...added].sort(([one], [two]) => one.localeCompare(two, 'en'))
  return { ...lock, packages: Object.fromEntries(entries) }
}

if (import.meta.main) {
  const file = join(import.meta.dirname, '..', 'package-lock.json')
  const lock = JSON.parse(readFileSync(file, 'utf8')) as Lock
  const count = missingFromLock(lock).length
  if (count > 0) writeFileSync(file, `${JSON.stringify(completeLock(lock), null, 2)}\n`)
  console.log(`${count} packages of other platforms were named in package-lock.json.`)
}
