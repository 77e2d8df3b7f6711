import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { startEmbeddedPostgres } from '../src/db/embedded/start-embedded-postgres.ts'
import { createLog } from '../src/lib/pino-log.ts'
import { cpuOf } from './cost.ts'
import { endProgram, sleep, startProgram } from './processes.ts'
import type { ScaleCount, ScaleOrder } from './scale-server.ts'

/**
 * `npm run bench:scale`: 1, 2 and 4 workers on one PostgreSQL whose commits reach the disk, and a desk that answers at
 * once or slowly. Prints one JSON line per run, then the table of docs/RUNNING.md.
 */

type Row = { readonly workers: number; readonly latencyMs: number; readonly threads: number; readonly tickets: number }

type Result = Row & {
  readonly opensPerSecond: number
  readonly closesPerSecond: number
  readonly doubled: number
  readonly maxInFlight: number
  readonly requestsPerTicket: number
  readonly commitsPerTicket: number
  readonly statementsPerTicket: number
  readonly connectionsPerWorker: number
  readonly databaseCpuMsPerTicket: number
  readonly workerCpuMsPerTicket: number
}

type DeskCounts = { requests: number; opened: number; closed: number; doubled: number; maxInFlight: number }

/** As `npm start` runs the server. */
const serverFlags = ['--max-semi-space-size=8', '--max-old-space-size=400']
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
/** The statistics of PostgreSQL are up to a second late. */
const statisticsMs = 1_500

const { values } = parseArgs({
  options: {
    tickets: { type: 'string', default: '10000' },
    slow: { type: 'string', default: '600' },
    workers: { type: 'string', default: '1,2,4' },
    desk: { type: 'string', default: 'fast,slow' },
  },
})
const workerCounts = values.workers.split(',').map(Number)
const desks = values.desk.split(',')
const allRows: readonly Row[] = [
  ...workerCounts.map((workers) => ({ workers, latencyMs: 0, threads: 0, tickets: Number(values.tickets) })),
  ...workerCounts.map((workers) => ({ workers, latencyMs: 100, threads: 3, tickets: Number(values.slow) })),
]
const rows = allRows.filter(({ latencyMs }) => desks.includes(latencyMs === 0 ? 'fast' : 'slow'))

async function ask(worker: ChildProcess, order: ScaleOrder): Promise<unknown> {
  worker.send(order)
  const [answer] = (await once(worker, 'message')) as [{ value?: unknown; error?: string }]
  if (answer.error !== undefined) throw new Error(answer.error)
  return answer.value
}

async function startWorker(databaseUrl: string, folder: string): Promise<ChildProcess> {
  const worker = fork(here('scale-server.ts'), [databaseUrl, folder], { execArgv: serverFlags })
  await once(worker, 'message')
  return worker
}

async function startDesk(latencyMs: number): Promise<{ url: string; child: ChildProcess }> {
  const child = startProgram(process.execPath, [here('desk-server.ts'), String(latencyMs), '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (child.stdout === null) throw new Error('The desk has no output.')
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { url: `http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}`, child }
}

async function until(desk: string, done: (counts: DeskCounts) => boolean): Promise<DeskCounts> {
  for (;;) {
    const counts = (await (await fetch(`${desk}/stats`)).json()) as DeskCounts
    if (done(counts)) return counts
    await sleep(20)
  }
}

type Server = { readonly url: string; readonly adminUrl: string; readonly folder: string }
type Database = { readonly url: string; readonly folder: string; readonly pid: number; commits(): Promise<number> }

async function measure(row: Row, database: Database): Promise<Result> {
  const desk = await startDesk(row.latencyMs)
  const workers: ChildProcess[] = []
  try {
    for (let n = 0; n < row.workers; n += 1) workers.push(await startWorker(database.url, database.folder))
    const all = (order: ScaleOrder) => Promise.all(workers.map((worker) => ask(worker, order)))
    const [first] = workers
    if (first === undefined) throw new Error('At least one worker is needed.')
    await ask(first, { do: 'set-up', deskUrl: desk.url, computers: row.tickets, threads: row.threads })
    await all({ do: 'start' })
    // The first poll stores all computers as healthy: what is measured is what changes.
    await sleep(4_000 + row.tickets / 10)
    const statementsOf = async () => (await all({ do: 'count' })) as ScaleCount[]
    const cpuOfWorkers = () => workers.reduce((sum, { pid = 0 }) => sum + cpuOf(pid).root, 0)
    const cpuOfDatabase = () => cpuOf(database.pid).root + cpuOf(database.pid).below
    const before = {
      commits: await database.commits(),
      statements: (await statementsOf()).reduce((sum, { statements }) => sum + statements, 0),
      database: cpuOfDatabase(),
      workers: cpuOfWorkers(),
    }
    const begun = performance.now()
    await all({ do: 'sick', count: row.tickets })
    await ask(first, { do: 'hurry' })
    await until(desk.url, ({ opened }) => opened >= row.tickets)
    const opened = performance.now()
    await all({ do: 'sick', count: 0 })
    await ask(first, { do: 'hurry' })
    const counts = await until(desk.url, ({ closed }) => closed >= row.tickets)
    const closed = performance.now()
    await sleep(statisticsMs)
    const after = await statementsOf()
    const statements = after.reduce((sum, one) => sum + one.statements, 0)
    const perTicket = (count: number, digits = 2) => Number((count / row.tickets).toFixed(digits))
    return {
      ...row,
      opensPerSecond: Math.round(row.tickets / ((opened - begun) / 1_000)),
      closesPerSecond: Math.round(row.tickets / ((closed - opened) / 1_000)),
      doubled: counts.doubled,
      maxInFlight: counts.maxInFlight,
      requestsPerTicket: perTicket(counts.requests),
      commitsPerTicket: perTicket((await database.commits()) - before.commits),
      statementsPerTicket: perTicket(statements - before.statements),
      connectionsPerWorker: Math.max(...after.map(({ connections }) => connections)),
      databaseCpuMsPerTicket: perTicket(1_000 * (cpuOfDatabase() - before.database)),
      workerCpuMsPerTicket: perTicket(1_000 * (cpuOfWorkers() - before.workers)),
    }
  } finally {
    for (const worker of workers) {
      const ended = once(worker, 'exit')
      await ask(worker, { do: 'stop' })
      await ended
    }
    await endProgram(desk.child)
  }
}

/** A database of its own for one run. */
async function withDatabase(name: string, server: Server, work: (database: Database) => Promise<void>) {
  const { folder } = server
  const admin = new pg.Client({ connectionString: server.adminUrl })
  await admin.connect()
  try {
    await admin.query(`create database ${name} owner tocsin`)
    const pid = Number(readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])
    const commits = async (): Promise<number> => {
      const { rows: found } = await admin.query<{ commits: number }>(
        'select xact_commit::int as commits from pg_stat_database where datname = $1',
        [name],
      )
      return found[0]?.commits ?? 0
    }
    await work({ url: server.url.replace(/[^/]+$/, name), folder, pid, commits })
    await admin.query(`drop database ${name} with (force)`)
  } finally {
    await admin.end()
  }
}

function tableOf(results: readonly Result[]): string {
  const head = [
    'workers',
    'desk',
    'tickets',
    'opens/s',
    'closes/s',
    'requests a ticket',
    'commits a ticket',
    'statements a ticket',
    'connections a worker',
    'database CPU a ticket',
    'worker CPU a ticket',
  ]
  const lines = results.map((one) => [
    one.workers,
    one.latencyMs === 0 ? 'at once, no limit' : `${one.latencyMs} ms, ${one.threads} at once`,
    one.tickets,
    one.opensPerSecond,
    one.closesPerSecond,
    one.requestsPerTicket,
    one.commitsPerTicket,
    one.statementsPerTicket,
    one.connectionsPerWorker,
    `${one.databaseCpuMsPerTicket} ms`,
    `${one.workerCpuMsPerTicket} ms`,
  ])
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const folder = await mkdtemp(join(tmpdir(), 'tocsin-scale-'))
// As root, PostgreSQL runs as an ordinary user who must get there.
await chmod(folder, 0o711)
const postgres = await startEmbeddedPostgres({
  dataFolder: folder,
  log: createLog('warn'),
  settings: { max_connections: '120' },
})
try {
  const results: Result[] = []
  for (const [n, row] of rows.entries()) {
    await withDatabase(`scale_${n}`, { ...postgres, folder }, async (database) => {
      const result = await measure(row, database)
      process.stdout.write(`${JSON.stringify(result)}\n`)
      results.push(result)
    })
  }
  process.stdout.write(`\n${cpus().length} cores, Node ${process.version}\n\n${tableOf(results)}\n`)
} finally {
  await postgres.stop()
  await rm(folder, { recursive: true, force: true, maxRetries: 10 })
}
