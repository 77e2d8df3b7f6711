import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { Stage } from '../../demo/stage.ts'
import { endChild } from './embedded-postgres-process.ts'
import { makeSharedClock, setSharedClock } from './shared-clock.ts'
import type { WorkerArgument } from './worker-child.ts'

/** A worker in a process of its own on the database and the clock of a stage. */
export type WorkerProcess = {
  /** `kill -9`. */
  kill(): Promise<void>
  /** SIGSTOP and SIGCONT. */
  pause(): void
  resume(): void
  /** Whatever it logged at `warn` and above, once it is killed. */
  said(): Promise<string>
}

/** In a network of its own: what runs a command there, and where the machine with all servers is seen from there. */
export type WorkerPlace = {
  readonly command: readonly string[]
  readonly host: string
  readonly ports: readonly number[]
}

export type WorkerProcesses = {
  start(place?: WorkerPlace): Promise<WorkerProcess>
  /** Moves the clock of the stage and of all workers, unless a call is under way. */
  step(minutes: number): Promise<void>
  /** How often it was moved. */
  steps(): number
}

const script = fileURLToPath(new URL('worker-child.ts', import.meta.url))
const here: WorkerPlace = { command: [], host: '127.0.0.1', ports: [] }

/** Runs `worker-child.ts` as often as asked; all are gone when the test ends. */
export function workerProcesses(stage: Stage, databaseUrl: string): WorkerProcesses {
  const { dataFolder } = stage
  const living = new Set<ChildProcess>()
  const clockFile = join(dataFolder, 'clock')
  makeSharedClock(clockFile, stage.now())
  let steps = 0
  onTestFinished(async () => {
    for (const child of living) await endChild(child, 'SIGKILL')
  })
  return {
    async start({ command, host, ports } = here) {
      const argument: WorkerArgument = { databaseUrl, dataFolder, clockFile, logLevel: 'warn', ports, host }
      const [program = '', ...args] = [...command, process.execPath, script, JSON.stringify(argument)]
      const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
      if (child.stdout === null) throw new Error('The worker has no output.')
      const log = text(child.stdout)
      living.add(child)
      const failed = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the worker ended with ${code}`)))
      await Promise.race([once(child, 'message'), failed])
      failed.catch(() => undefined)
      return {
        async kill() {
          living.delete(child)
          await endChild(child, 'SIGKILL')
        },
        pause: () => void child.kill('SIGSTOP'),
        resume: () => void child.kill('SIGCONT'),
        said: () => log,
      }
    },
    steps: () => steps,
    async step(minutes) {
      if (stage.autotask.stats().inFlight + stage.ksc.stats().inFlight > 0) return
      steps += 1
      await stage.moveTo(new Date(stage.now().getTime() + minutes * 60_000))
      setSharedClock(clockFile, stage.now())
    },
  }
}
