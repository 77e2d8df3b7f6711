import { type SpawnOptions, spawn } from 'node:child_process'
import type { RunAs } from './run-as.ts'

/** How a finished program ended; `output` is the end of its standard output and error, in the order written. */
export type ProgramResult = { readonly ok: boolean; readonly output: string }

/** What is kept of a program's output: enough for PostgreSQL's longest explanation. */
const outputKept = 8_000

/**
 * Spawn options every PostgreSQL program gets. The environment is made new, because the process may run as another
 * user whose other processes could read our secrets in it, and because PG* variables would change what it does;
 * Windows programs do not start without theirs. The working folder is entered before the user is changed.
 */
export function programOptions(cwd: string, runAs: RunAs | undefined): SpawnOptions {
  const options: SpawnOptions = { cwd, windowsHide: true, ...runAs }
  if (process.platform !== 'win32') {
    // glibc keeps what a large statement needed for good, in each of its processes, unless it is told not to: 30 MB of 260.
    options.env = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', MALLOC_TRIM_THRESHOLD_: '131072' }
  }
  return options
}

/** Runs a program to its end. Does not throw: a program that cannot be started is a result like any other. */
export function runProgram(
  file: string,
  args: readonly string[],
  where: { readonly cwd: string; readonly runAs: RunAs | undefined },
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { ...programOptions(where.cwd, where.runAs), stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-outputKept)
    }
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    child.once('error', (error) => resolve({ ok: false, output: error.message }))
    child.once('close', (code, signal) => {
      const ending = signal === null ? '' : `ended by ${signal}`
      resolve({ ok: code === 0, output: [output.trim(), ending].filter((part) => part !== '').join('\n') })
    })
  })
}
