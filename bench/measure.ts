import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpuOf } from './cost.ts'
import { type Desk, startDesk } from './desk.ts'
import { lostSteps } from './desk-ledger.ts'
import type { DeskStats } from './desk-server.ts'
import type { Measurement } from './measurement.ts'
import { bytesOfTree } from './memory.ts'
import { sleep } from './processes.ts'
import type { Row } from './rows.ts'
import type { Running, Thing } from './thing.ts'

/** One row with one program: fresh processes, a fresh folder, a fresh desk. */

/** A program at which nothing moves for so long has done all it will do; after a kill, leases must run out first. */
const stallMs = 20_000
const stallAfterKillMs = 120_000
const memoryEveryMs = 500
/** How long a storm lasts before the urgent condition comes. */
const stormFirstMs = 2_000

type Figures = Omit<Measurement, 'thing' | 'row' | 'run' | 'loadAtStart'>

/** Never throws: what goes wrong becomes `failed`. */
export async function measure(thing: Thing, version: string, row: Row, run: number): Promise<Measurement> {
  const loadAtStart = Number((loadavg()[0] ?? 0).toFixed(2))
  const about = { thing: thing.name, version, row: row.name, run, conditions: row.conditions, loadAtStart }
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-bench-'))
  try {
    return { ...about, ...(await measureIn(folder, thing, row)) }
  } catch (error) {
    return { ...about, failed: error instanceof Error ? error.message : String(error) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function measureIn(folder: string, thing: Thing, row: Row): Promise<Figures> {
  const desk = await startDesk(row)
  let running: Running | null = null
  const memory = watchMemory()
  const start = async (again: boolean): Promise<Running> => {
    running = await thing.start({ deskUrl: desk.url, folder, row, again })
    memory.of(running.pid)
    return running
  }
  try {
    const figures = await measureKind[row.kind](row, desk, memory.look, start)
    return { ...figures, peakMemoryBytes: memory.peak() }
  } finally {
    await (running as Running | null)?.stop()
    await desk.stop()
  }
}

type Start = (again: boolean) => Promise<Running>
type Measure = (row: Row, desk: Desk, look: () => void, start: Start) => Promise<Figures>

const measureKind: Readonly<Record<Row['kind'], Measure>> = {
  cycle: measureCycle,
  kill: measureKill,
  urgent: measureUrgent,
}

async function measureCycle(row: Row, desk: Desk, look: () => void, start: Start): Promise<Figures> {
  const { conditions } = row
  const running = await start(false)
  const cpuBefore = cpuSecondsOf(running)
  const begunAt = Date.now()
  const [opened] = await Promise.all([
    desk.watch(({ references }) => references >= conditions, stallMs, look),
    running.begin(conditions),
  ])
  const clearedAt = Date.now()
  await Promise.all([desk.watch(({ open }) => open === 0, stallMs, look), running.end(conditions)])
  // What is sent twice may come late.
  await sleep(500)
  const stats = await desk.stats()
  return {
    opensPerSecond: perSecond(opened.references, begunAt, opened.lastOpenAt),
    closesPerSecond: perSecond(stats.closed, clearedAt, stats.lastCloseAt),
    ...common(stats, row, true),
    cpuSeconds: Number((cpuSecondsOf(running) - cpuBefore).toFixed(2)),
    seconds: seconds(begunAt, Math.max(stats.lastOpenAt, stats.lastCloseAt)),
  }
}

/** Cleared while the desk is down, killed, started again: how many tickets stay open? */
async function measureKill(row: Row, desk: Desk, look: () => void, start: Start): Promise<Figures> {
  const { conditions } = row
  const running = await start(false)
  const begunAt = Date.now()
  await Promise.all([
    desk.watch(({ references }) => references >= conditions, stallMs, look),
    running.begin(conditions),
  ])
  // Time to store what the desk answered last.
  await sleep(1_000)
  await desk.behave({ latencyMs: 0, perSecond: 0, refuses: true })
  await running.end(conditions)
  await running.accepted(conditions)
  await sleep(1_000)
  await running.kill()
  await desk.behave({ latencyMs: 0, perSecond: 0, refuses: false })
  const revived = await start(true)
  await revived.remind?.(conditions)
  const stats = await desk.watch(({ open }) => open === 0, stallAfterKillMs, look)
  const lasted = stats.lastCloseAt === 0 ? {} : { seconds: seconds(begunAt, stats.lastCloseAt) }
  return { ...common(stats, row, true), neverClosed: stats.open, ...lasted }
}

async function measureUrgent(row: Row, desk: Desk, look: () => void, start: Start): Promise<Figures> {
  const running = await start(false)
  const storm = running.begin(row.conditions)
  await Promise.all([storm, sleep(stormFirstMs)])
  const urgentAt = Date.now()
  const [stats] = await Promise.all([desk.watch((seen) => seen.urgentAt > 0, stallAfterKillMs, look), running.urgent()])
  if (stats.urgentAt === 0) throw new Error('The urgent ticket never came.')
  return { urgentSeconds: seconds(urgentAt, stats.urgentAt), peakInFlight: stats.maxInFlight }
}

function common(stats: DeskStats, row: Row, closing: boolean): Figures {
  const steps = row.conditions * (closing ? 2 : 1)
  return {
    requests: stats.requests,
    requestsPerStep: Number((stats.requests / steps).toFixed(3)),
    lost: lostSteps(stats, row.conditions, closing),
    doubled: stats.doubled,
    peakInFlight: stats.maxInFlight,
  }
}

function cpuSecondsOf({ pid }: Running): number {
  const { root, below } = cpuOf(pid)
  return root + below
}

function seconds(from: number, to: number): number {
  return Number(((to - from) / 1_000).toFixed(2))
}

/** Nothing came: 0. */
function perSecond(count: number, from: number, to: number): number {
  return to <= from ? 0 : Math.round(count / ((to - from) / 1_000))
}

/** The most memory that the program of the moment was seen to hold. */
function watchMemory(): { of(pid: number): void; look(): void; peak(): number } {
  let root = 0
  let peak = 0
  let lookedAt = 0
  const look = (): void => {
    peak = Math.max(peak, root === 0 ? 0 : bytesOfTree(root))
    lookedAt = performance.now()
  }
  return {
    of(pid) {
      root = pid
    },
    look() {
      if (performance.now() - lookedAt > memoryEveryMs) look()
    },
    peak() {
      look()
      return peak
    },
  }
}
