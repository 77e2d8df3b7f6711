import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { listFiles } from '../scripts/project-files.ts'
import { type PlantedBug, plantedBugs } from './planted-bugs.ts'

/** Plants each known defect into a copy of the project and sees whether the fault matrix catches it there. */

const root = join(import.meta.dirname, '..')

/** What became of one defect. */
export type Caught = {
  readonly name: string
  /** The seed with which it was caught; null: with none. */
  readonly seed: number | null
  /** How often each kind of violation was found in that run. */
  readonly violations: Readonly<Record<string, number>>
  readonly seconds: number
}

/** A defect that no longer fits the code, or a run that did not come to its end. */
class PlantedError extends Error {
  readonly code = 'planted-failed'
}

/** The file with the defect in it. Throws `PlantedError` when the place is not there exactly once. */
export function plant(source: string, bug: PlantedBug): string {
  const parts = source.split(bug.from)
  if (parts.length === 2) return parts.join(bug.to)
  const found = parts.length - 1
  throw new PlantedError(
    `“${bug.name}” does not fit ${bug.file} any more: its place was found ${found} times. Write it anew.`,
  )
}

export type PlantedOptions = {
  /** Tried one after the other until the defect is caught. */
  readonly seeds: readonly number[]
  /** Names; empty: all. */
  readonly only: readonly string[]
  /** Given on to each run. */
  readonly words: readonly string[]
}

/** Runs the matrix with each defect. `say` gets a line for each; what is not caught stands in the answer. */
export async function runPlanted(
  { seeds, only, words }: PlantedOptions,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<readonly Caught[]> {
  const unknown = only.filter((name) => !plantedBugs.some((bug) => bug.name === name))
  if (unknown.length > 0) throw new PlantedError(`There is no planted defect ${unknown.join(', ')}.`)
  const chosen = plantedBugs.filter(({ name }) => only.length === 0 || only.includes(name))
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-planted-'))
  try {
    await copyProject(folder)
    const caught: Caught[] = []
    for (const bug of chosen) {
      if (signal.aborted) break
      say(`${bug.name}: ${bug.words}`)
      const one = await tryBug(folder, bug, seeds, words, signal)
      caught.push(one)
      const found = Object.entries(one.violations).map(([kind, count]) => `${kind} ×${count}`)
      say(
        one.seed === null ? '  NOT CAUGHT' : `  caught with seed ${one.seed} in ${one.seconds} s: ${found.join(', ')}`,
      )
    }
    return caught
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

async function copyProject(folder: string): Promise<void> {
  for (const file of listFiles(root)) {
    if (/^(docs|web|test)\//.test(file)) continue
    await cp(join(root, file), join(folder, file), { recursive: true })
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
}

async function tryBug(
  folder: string,
  bug: PlantedBug,
  seeds: readonly number[],
  words: readonly string[],
  signal: AbortSignal,
): Promise<Caught> {
  const path = join(folder, bug.file)
  const good = await readFile(path, 'utf8')
  await writeFile(path, plant(good, bug))
  const begun = performance.now()
  try {
    for (const seed of seeds) {
      const violations = await runMatrix(folder, ['--seed', String(seed), ...words], signal)
      const isCaught = Object.keys(violations).some((kind) => bug.breaks.includes(kind.slice(0, 2)))
      if (isCaught) return { name: bug.name, seed, violations, seconds: secondsSince(begun) }
      if (signal.aborted) break
    }
    return { name: bug.name, seed: null, violations: {}, seconds: secondsSince(begun) }
  } finally {
    await writeFile(path, good)
  }
}

function secondsSince(begun: number): number {
  return Math.round((performance.now() - begun) / 1_000)
}

/** Violations by kind, from the last line of a run. */
async function runMatrix(
  folder: string,
  words: readonly string[],
  signal: AbortSignal,
): Promise<Record<string, number>> {
  const path = join(folder, 'prove/run.ts')
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}` }
  const child = spawn(process.execPath, [path, ...words], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  })
  let said = ''
  let complained = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    complained = (complained + chunk.toString()).slice(-2_000)
  })
  await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  const last = said.trimEnd().split('\n').at(-1) ?? ''
  try {
    return (JSON.parse(last) as { violationsByKind: Record<string, number> }).violationsByKind
  } catch (cause) {
    throw new PlantedError(`A run broke off: ${complained || last}`, { cause })
  }
}
