import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { processTree } from './memory.ts'

/** Processes of the benchmark: none outlives the driver, and all can be killed at once as a power cut would. */

const setpriv = '/usr/bin/setpriv'

/** Starts a program that the kernel kills when the driver dies (Linux with util-linux; elsewhere when it ends normally). */
export function startProgram(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = existsSync(setpriv)
    ? spawn(setpriv, ['--pdeathsig', 'KILL', '--', program, ...args], options)
    : spawn(program, args, options)
  const kill = (): boolean => child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  return child
}

/** Waits until a program that was just started is ready. Throws when it ends before or takes too long; then it is killed. */
export async function untilStarted(name: string, child: ChildProcess, ready: () => Promise<boolean>): Promise<void> {
  try {
    await until(`${name} starts`, 60_000, () => {
      if (!isAlive(child)) throw new Error(`${name} ended by itself with ${child.exitCode ?? child.signalCode}.`)
      return ready()
    })
  } catch (error) {
    await killTree(child)
    throw error
  }
}

function isAlive(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null
}

/** `kill -9` for a process and everything below it. */
export async function killTree(child: ChildProcess): Promise<void> {
  const ended = isAlive(child) ? once(child, 'exit') : Promise.resolve()
  const pids = child.pid === undefined ? [] : processTree(child.pid)
  for (const pid of pids) tryKill(pid)
  await ended
  await gone(pids)
}

/** Asks a program to end and waits; after ten seconds it is killed. */
export async function endProgram(child: ChildProcess): Promise<void> {
  if (!isAlive(child)) return
  const ended = once(child, 'exit')
  const impatient = setTimeout(() => child.kill('SIGKILL'), 10_000)
  child.kill('SIGTERM')
  await ended
  clearTimeout(impatient)
}

/** It may have ended by itself. */
function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function gone(pids: readonly number[]): Promise<void> {
  const patience = performance.now() + 10_000
  while (pids.some((pid) => existsSync(`/proc/${pid}/exe`)) && performance.now() < patience) await sleep(20)
}

/** A port of loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('No port of loopback is free.')
  return address.port
}

/** Asks until `ready` says so. Throws with `what` when it takes more than `patienceMs`. */
export async function until(what: string, patienceMs: number, ready: () => Promise<boolean>): Promise<void> {
  const begun = performance.now()
  while (!(await ready())) {
    if (performance.now() - begun > patienceMs) throw new Error(`${what}: not within ${patienceMs / 1_000} s.`)
    await sleep(50)
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
