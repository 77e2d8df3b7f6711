import type { PsaFacts } from '../connectors/psa.ts'
import { type BacklogEstimate, estimateBacklog } from '../core/backlog.ts'
import { addedLatencyMs, capacityOf, reserveOf, usedByOthers, vendorShare } from '../core/budget.ts'
import { laneNames, lanes } from '../core/lane.ts'
import { grantedByLane, grantedByMinute, storedToUsage } from '../db/desk-budget.ts'
import { countBacklog, type DeskMinute, loadDeskMinutes } from '../db/desk-minutes.ts'
import { slotsInUse } from '../db/governor.ts'
import type { StoredFailure, StoredUsage } from '../db/tables.ts'
import type { Deps } from './deps.ts'

/** How much of what a desk grants is in use, what waits for it, and until when. */

type ByLane = Readonly<Record<(typeof laneNames)[number], number>>

export type BudgetView = {
  /** Requests granted in the rolling hour. */
  readonly used: number
  /** Our own setting; null when the desk sets no limit, or its settings cannot be read. */
  readonly perHour: number | null
  /** What of it may be used, as others leave less of the vendor's limit; null as above. */
  readonly capacity: number | null
  /** Part of the capacity that is kept for opening critical tickets. */
  readonly reserve: number | null
  readonly usedByLane: ByLane
  /** The vendor's own count over all programs, as last read; null: it does not tell, or was not read yet. */
  readonly vendor: {
    readonly used: number
    readonly allowed: number
    readonly windowMinutes: number
    readonly byOthers: number
    /** What it adds to each call at present, in ms. */
    readonly addedLatencyMs: number
    readonly at: Date
  } | null
}

export type ThreadsView = {
  /** Calls at once for each endpoint; null: no limit, or not known. */
  readonly perEndpoint: number | null
  readonly endpoints: readonly { readonly endpoint: string; readonly inUse: number; readonly givenUp: number }[]
}

export type BacklogView = BacklogEstimate & {
  readonly total: number
  readonly lanes: ByLane
  /** Steps of tickets in a second of work, all processes together, over the last minutes of work; null: none. */
  readonly stepsPerSecond: number | null
}

export type LoadRow = {
  readonly id: number
  readonly held_until: Date | null
  readonly held_failure: StoredFailure | null
  readonly usage: StoredUsage | null
}

/** Work of the last hour is what a rate is measured by; processes that did nothing for so long count no more. */
const measuredMs = 3_600_000
const aliveMs = 180_000

export async function showLoad(
  deps: Pick<Deps, 'pool'>,
  row: LoadRow,
  facts: PsaFacts | null,
  now: Date,
): Promise<{ budget: BudgetView; threads: ThreadsView; backlog: BacklogView }> {
  const { pool } = deps
  const usage = storedToUsage(row.usage)
  const { hour, recent } = await grantedByLane(pool, row.id, now)
  const used = sum(hour)
  const perHour = facts === null || facts.requestsPerHour === 0 ? null : facts.requestsPerHour
  const capacity = perHour === null ? null : capacityOf({ perHour, usage }, now)
  const share = vendorShare({ hour, usage }, now)
  const counts = await countBacklog(pool, row.id, now)
  const waiting = laneNames.map((_, lane) => counts.find((one) => one.lane === lane)?.count ?? 0)
  const rate = measureRate(await loadDeskMinutes(pool, row.id, new Date(now.getTime() - measuredMs)), now)
  const estimate = estimateBacklog(
    {
      ...rate,
      waiting,
      capacity,
      granted: await grantedByMinute(pool, row.id, now),
      housekeepingPerHour: Math.max(hour[lanes.housekeeping] ?? 0, 6 * (recent[lanes.housekeeping] ?? 0)),
      heldUntil: row.held_until !== null && row.held_until > now ? row.held_until : null,
      holdEnds: row.held_failure?.kind !== 'denied',
    },
    now,
  )
  const perEndpoint = facts === null || facts.threadsPerEndpoint === 0 ? null : facts.threadsPerEndpoint
  return {
    budget: {
      used,
      perHour,
      capacity,
      reserve: capacity === null ? null : reserveOf(capacity),
      usedByLane: byLane(hour),
      vendor:
        usage === null || share === null
          ? null
          : {
              used: usage.used,
              allowed: usage.allowed,
              windowMinutes: usage.windowMinutes,
              byOthers: usedByOthers(usage, now),
              addedLatencyMs: addedLatencyMs(usage.bands, share),
              at: usage.at,
            },
    },
    threads: { perEndpoint, endpoints: await slotsInUse(pool, row.id, now) },
    backlog: { total: sum(waiting), lanes: byLane(waiting), stepsPerSecond: rounded(rate.stepsPerSecond), ...estimate },
  }
}

type Rate = { readonly stepsPerSecond: number | null; readonly requestsPerStep: readonly number[] }

/** Each process's steps in a second of work, added up over those that worked of late; and requests for each step. */
function measureRate(minutes: readonly (DeskMinute & { owner: string })[], now: Date): Rate {
  const total = (key: 'steps' | 'requests', lane: number) => sum(minutes.map((minute) => minute[key][lane] ?? 0))
  const requestsPerStep = laneNames.map((_, lane) => total('requests', lane) / Math.max(1, total('steps', lane)))
  const latest = Math.max(0, ...minutes.map(({ minute }) => minute.getTime()))
  // A desk that is held for an hour had its last work then; whoever worked then is counted.
  const since = Math.min(latest, now.getTime()) - aliveMs
  const rates = [...Map.groupBy(minutes, ({ owner }) => owner).values()].flatMap((own) => {
    const steps = sum(own.flatMap((minute) => minute.steps))
    const busyMs = sum(own.map((minute) => minute.busyMs))
    const worked = own.some(({ minute }) => minute.getTime() >= since)
    return worked && steps > 0 && busyMs > 0 ? [steps / (busyMs / 1_000)] : []
  })
  return { stepsPerSecond: rates.length === 0 ? null : sum(rates), requestsPerStep }
}

function byLane(counts: readonly number[]): ByLane {
  const at = (lane: number) => counts[lane] ?? 0
  const { openCritical, close, openOther, note, housekeeping } = lanes
  return {
    openCritical: at(openCritical),
    close: at(close),
    openOther: at(openOther),
    note: at(note),
    housekeeping: at(housekeeping),
  }
}

function rounded(rate: number | null): number | null {
  return rate === null ? null : Number(rate.toPrecision(3))
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
