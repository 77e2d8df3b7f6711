import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Processes of a run. */

export type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly said: string }

export type Child = {
  readonly process: ChildProcess
  readonly pid: number
  /** How it ended, with the end of what it said on standard error. */
  readonly ended: Promise<Ended>
}

const keptWords = 4_000

/** Starts one of the run's own scripts with one JSON argument; `ipc` opens a channel to it. */
export function startChild(
  script: string,
  argument: object,
  options: { ipc: boolean; env?: NodeJS.ProcessEnv },
): Child {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const stdio = options.ipc ? (['ignore', 'ignore', 'pipe', 'ipc'] as const) : (['ignore', 'pipe', 'pipe'] as const)
  const child = spawn(process.execPath, [path, JSON.stringify(argument)], {
    stdio: [...stdio],
    ...(options.env !== undefined && { env: options.env }),
  })
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-keptWords)
  })
  const ended = new Promise<Ended>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal, said }))
    child.once('error', (error) => resolve({ code: -1, signal: null, said: error.message }))
  })
  return { process: child, pid: child.pid ?? 0, ended }
}

/** Sends a signal and waits for the end. */
export async function endChild({ process: child, ended }: Child, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal)
  await ended
}

/** The first message of a child. Rejects when it ends without one. */
export async function firstMessage<T>({ process: child, ended }: Child): Promise<T> {
  const [message] = await Promise.race([once(child, 'message'), rejectWhenEnded(ended)])
  return message as T
}

async function rejectWhenEnded(ended: Promise<Ended>): Promise<never> {
  const { code, signal, said } = await ended
  throw new Error(`A process ended with ${signal ?? code} before it was ready: ${said.slice(-600)}`)
}
