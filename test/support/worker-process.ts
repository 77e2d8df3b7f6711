import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { Stage } from '../../demo/stage.ts'
import { endChild } from './embedded-postgres-process.ts'

/** A worker in a process of its own on the database and the clock of a stage. */
export type WorkerProcess = {
  /** `kill -9`. */
  kill(): Promise<void>
}

export type WorkerProcesses = {
  start(): Promise<WorkerProcess>
  /** Moves the clock of the stage and of all workers, unless a call is under way. */
  step(minutes: number): Promise<void>
  /** How often it was moved. */
  steps(): number
}

const script = fileURLToPath(new URL('worker-child.ts', import.meta.url))

/** Runs `worker-child.ts` as often as asked; all are gone when the test ends. */
export function workerProcesses(stage: Stage, databaseUrl: string): WorkerProcesses {
  const living = new Set<ChildProcess>()
  let steps = 0
  onTestFinished(async () => {
    for (const child of living) await endChild(child, 'SIGKILL')
  })
  return {
    async start() {
      const { dataFolder } = stage
      const argument = JSON.stringify({ databaseUrl, dataFolder, now: stage.now().toISOString() })
      const child = spawn(process.execPath, [script, argument], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
      living.add(child)
      const failed = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the worker ended with ${code}`)))
      await Promise.race([once(child, 'message'), failed])
      failed.catch(() => undefined)
      return {
        async kill() {
          living.delete(child)
          await endChild(child, 'SIGKILL')
        },
      }
    },
    steps: () => steps,
    async step(minutes) {
      if (stage.autotask.stats().inFlight + stage.ksc.stats().inFlight > 0) return
      steps += 1
      await stage.moveTo(new Date(stage.now().getTime() + minutes * 60_000))
      for (const child of living) child.send({ now: stage.now().toISOString() })
    },
  }
}
