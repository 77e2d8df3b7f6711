import { execFile } from 'node:child_process'
import { readFile, readlink, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { codeOf } from './embedded-postgres-error.ts'
import type { Program } from './program.ts'
import { runProgram } from './run-program.ts'

/** What `postmaster.pid` says (PostgreSQL's `src/include/utils/pidfile.h`); parts are missing while it is being written. */
export type PostmasterFile = {
  readonly pid: number
  readonly port: number | undefined
  /** `starting`, `stopping`, `ready`. */
  readonly status: string | undefined
}

export const postmasterFile = (clusterFolder: string): string => join(clusterFolder, 'postmaster.pid')

/** Undefined when there is no such file, or none that names a process. */
export async function readPostmasterFile(clusterFolder: string): Promise<PostmasterFile | undefined> {
  let lines: string[]
  try {
    lines = (await readFile(postmasterFile(clusterFolder), 'utf8')).split('\n').map((line) => line.trim())
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
  const pid = Number(lines[0])
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
  const port = Number(lines[3])
  return { pid, port: port > 0 ? port : undefined, status: lines[7] === '' ? undefined : lines[7] }
}

/** Whether the process is there. A zombie is not: nobody may be collecting them, as in a container without an init. */
export async function isAlive(pid: number): Promise<boolean> {
  if (process.platform === 'linux') {
    try {
      const fields = await readFile(`/proc/${pid}/stat`, 'utf8')
      return !['Z', 'X'].includes(fields.slice(fields.lastIndexOf(')') + 2, fields.lastIndexOf(')') + 3))
    } catch (error) {
      if (['ENOENT', 'ESRCH'].includes(codeOf(error) ?? '')) return false
      throw error
    }
  }
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** Waits until the process is gone; false when it still is there after `ms`. */
export async function isGoneWithin(pid: number, ms: number): Promise<boolean> {
  const deadline = performance.now() + ms
  while (await isAlive(pid)) {
    if (performance.now() > deadline) return false
    await sleep(20)
  }
  return true
}

/**
 * Whether a living process is the PostgreSQL of this folder. On Linux this is known, since every PostgreSQL process
 * stands in its data directory; elsewhere a process of another name is known not to be it, and one called postgres
 * is `unknown` until it has answered.
 */
export async function servesCluster(pid: number, clusterFolder: string): Promise<'yes' | 'no' | 'unknown'> {
  if (process.platform !== 'linux') return (await nameOf(pid)).includes('postgres') ? 'unknown' : 'no'
  try {
    const [own, standsIn, program] = await Promise.all([
      stat(clusterFolder),
      stat(`/proc/${pid}/cwd`),
      readlink(`/proc/${pid}/exe`),
    ])
    const isPostgres = basename(program).startsWith('postgres')
    return isPostgres && own.ino === standsIn.ino && own.dev === standsIn.dev ? 'yes' : 'no'
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'no'
    if (codeOf(error) !== 'EACCES' && codeOf(error) !== 'EPERM') throw error
    // Not ours to look into. PostgreSQL runs only as the owner of its directory, so another user's process is not it.
    const [owner, runner] = await Promise.all([stat(clusterFolder), stat(`/proc/${pid}`)])
    return owner.uid === runner.uid ? 'unknown' : 'no'
  }
}

/** Whether the program file of a running server was replaced or removed since it started; known on Linux only. */
export async function programIsGone(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return false
  return (await readlink(`/proc/${pid}/exe`)).endsWith(' (deleted)')
}

async function nameOf(pid: number): Promise<string> {
  const [file, args] =
    process.platform === 'win32'
      ? ['tasklist', ['/FI', `PID eq ${pid}`, '/NH', '/FO', 'CSV']]
      : ['ps', ['-p', String(pid), '-o', 'comm=']]
  try {
    return (await promisify(execFile)(file, args)).stdout
  } catch (error) {
    // ps ends with 1 when there is no such process.
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 1) return ''
    throw error
  }
}

/** `INT` asks for a fast shutdown, `QUIT` for an immediate one (the next start then recovers from the log). */
export async function signalPostmaster(program: Program, pid: number, signal: 'INT' | 'QUIT'): Promise<void> {
  if (process.platform === 'win32') {
    // Node can only end a process there, which would not be a shutdown.
    await runProgram(join(program.bin, 'pg_ctl'), ['kill', signal, String(pid)], { cwd: program.bin, runAs: undefined })
    return
  }
  try {
    process.kill(pid, `SIG${signal}`)
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error
  }
}
