import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { endChild } from './embedded-postgres-process.ts'

/** Tocsin as an operator starts it: `src/main.ts` with an environment. */
export type RealProcess = {
  /** Where it answers; null when nowhere. */
  readonly address: string | null
  /** Sends the signal and waits for the end; the exit code, or the signal's name. */
  end(signal: NodeJS.Signals): Promise<number | string | null>
  isAlive(): boolean
  readonly lines: readonly string[]
}

const entry = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const startMs = 40_000

/** Starts one and waits until it says that it runs. Ended with its test at the latest. */
export async function startReal(env: Readonly<Record<string, string>>): Promise<RealProcess> {
  const { PATH = '', HOME = '', TMPDIR = '' } = process.env
  const child = spawn(process.execPath, [entry], {
    env: { PATH, HOME, TMPDIR, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => endChild(child, 'SIGKILL'))
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => lines.push(line))
  }
  const address = await runningAddress(child, lines)
  return {
    address,
    async end(signal) {
      await endChild(child, signal)
      return child.exitCode ?? child.signalCode
    },
    isAlive: () => child.exitCode === null && child.signalCode === null,
    lines,
  }
}

async function runningAddress(child: ChildProcess, lines: readonly string[]): Promise<string | null> {
  const deadline = performance.now() + startMs
  while (performance.now() < deadline) {
    const line = lines.find((one) => one.includes('"Tocsin is running"'))
    if (line !== undefined) return (JSON.parse(line) as { address: string | null }).address
    if (child.exitCode !== null) break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`It did not start: ${lines.join('\n')}`)
}
