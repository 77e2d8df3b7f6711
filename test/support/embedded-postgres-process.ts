import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import pg from 'pg'

/** What the child printed: a server, or why there is none. */
export type ChildAnswer = {
  readonly url: string
  readonly adminUrl: string
  readonly port: number
  readonly adopted: boolean
  readonly error?: string
  readonly code?: string
}

const script = fileURLToPath(new URL('embedded-postgres-child.ts', import.meta.url))

/** Starts `embedded-postgres-child.ts`; `answer` is its one line. The caller ends it. */
export function spawnEmbedded(options: { dataFolder: string; uid?: number; native?: string; exitAtOnce?: boolean }): {
  child: ChildProcess
  answer: Promise<ChildAnswer>
} {
  const child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  const answer = Promise.race([
    once(lines, 'line').then(([line]) => JSON.parse(line) as ChildAnswer),
    once(child, 'exit').then(([code, signal]) => Promise.reject(new Error(`child ended with ${code ?? signal}`))),
  ])
  // A test that kills the child before it answers does not look at the answer.
  answer.catch(() => undefined)
  return { child, answer }
}

/** Sends the signal and waits for the end of the process. */
export async function endChild(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}

/** A temporary folder that goes away with `await using`; every user may pass through it. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'tocsin-embedded-')))
  await chmod(path, 0o755)
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 10 }) }
}

/** The first row of one statement on a connection of its own. */
export async function queryOnce(url: string, statement: string): Promise<Record<string, unknown>> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query(statement)
    return rows[0] ?? {}
  } finally {
    await client.end()
  }
}
