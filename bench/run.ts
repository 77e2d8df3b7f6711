import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { memoryOfTree } from './memory.ts'
import type { Order } from './server.ts'

/** `npm run bench`: each row in fresh processes with a fresh durable database; prints one JSON line per measurement. */

type Row = {
  readonly name: string
  readonly conditions: number
  readonly latencyMs: number
  readonly perSecond: number
  readonly threads: number
}

const rows: readonly Row[] = [
  { name: 'ten-thousand', conditions: 10_000, latencyMs: 0, perSecond: 0, threads: 0 },
  { name: 'fifty-thousand', conditions: 50_000, latencyMs: 0, perSecond: 0, threads: 0 },
  { name: 'fifty-a-second', conditions: 2_000, latencyMs: 0, perSecond: 50, threads: 3 },
  { name: 'slow-desk', conditions: 300, latencyMs: 200, perSecond: 0, threads: 3 },
]

/** As `npm start` runs the server. */
const serverFlags = ['--max-semi-space-size=16', '--max-old-space-size=400']

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

type Stats = {
  requests: number
  refused: number
  opened: number
  closed: number
  duplicates: number
  maxInFlight: number
}

async function startDesk({ latencyMs, perSecond }: Row): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [here('desk-server.ts'), String(latencyMs), String(perSecond)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { url: `http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}`, child }
}

async function ask(server: ChildProcess, order: Order): Promise<unknown> {
  server.send(order)
  const [answer] = (await once(server, 'message')) as [{ value?: unknown; error?: string }]
  if (answer.error !== undefined) throw new Error(answer.error)
  return answer.value
}

async function until(desk: string, done: (stats: Stats) => boolean, look: () => void): Promise<Stats> {
  for (;;) {
    const stats = (await (await fetch(`${desk}/stats`)).json()) as Stats
    look()
    if (done(stats)) return stats
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function measure(row: Row): Promise<object> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-bench-'))
  const desk = await startDesk(row)
  const server = fork(here('server.ts'), [folder], {
    execArgv: serverFlags,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await once(server, 'message')
  let peak = 0
  let looks = 0
  const look = (): void => {
    looks += 1
    if (looks % 25 === 0) peak = Math.max(peak, memoryOfTree(server.pid ?? 0))
  }
  try {
    await ask(server, { do: 'set-up', deskUrl: desk.url, computers: row.conditions, threads: row.threads })
    // The first poll stores all computers as healthy: what is measured is what changes.
    await new Promise((resolve) => setTimeout(resolve, 4_000 + row.conditions / 10))
    const begun = performance.now()
    await ask(server, { do: 'sick', count: row.conditions })
    await until(desk.url, ({ opened }) => opened >= row.conditions, look)
    const opened = performance.now()
    await ask(server, { do: 'sick', count: 0 })
    const stats = await until(desk.url, ({ closed }) => closed >= row.conditions, look)
    const closed = performance.now()
    peak = Math.max(peak, memoryOfTree(server.pid ?? 0))
    const opens = Math.round(row.conditions / ((opened - begun) / 1_000))
    const closes = Math.round(row.conditions / ((closed - opened) / 1_000))
    const requestsPerTicketStep = Number((stats.requests / (2 * row.conditions)).toFixed(3))
    return {
      ...row,
      opensPerSecond: opens,
      closesPerSecond: closes,
      requestsPerTicketStep,
      ...stats,
      peakMemoryMiB: peak,
    }
  } finally {
    const ended = once(server, 'exit')
    await ask(server, { do: 'stop' })
    await ended
    desk.child.kill()
    await rm(folder, { recursive: true, force: true })
  }
}

const wanted = process.argv.slice(2)
for (const row of rows) {
  if (wanted.length > 0 && !wanted.includes(row.name)) continue
  process.stdout.write(`${JSON.stringify(await measure(row))}\n`)
}
