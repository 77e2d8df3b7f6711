import {
  type Batch,
  type Removed,
  removeDoneTickets,
  removeEndedConditions,
  removeOldEvents,
  thinDecisions,
  thinSteps,
} from '../db/retention.ts'
import { loadRetentionAges, longestLifetime, noteRemoved } from '../db/retention-settings.ts'
import { removeOldUnread } from '../db/unread-messages.ts'
import { removeSetAside } from '../db/unsettled-parcels.ts'
import { findOverTenants, removeTenantPart, type TenantAges } from '../db/vanished-tenants.ts'
import { idleReasons } from './decision-words.ts'
import type { Deps } from './deps.ts'

/** Rows that one statement removes: some 10 ms, so that a poll or a worker never waits long for one. */
const batchSize = 500
/** Batches of one run; what is left is for the next one, which then comes soon. */
const batchesInRun = 400
/** Of the story of one ticket or condition that lives on; the console shows the latest 200. */
const storyEnds = { first: 20, last: 200 }
const stories = 1_000

const dayMs = 86_400_000
const hourMs = 3_600_000

export type Forgotten = { readonly removed: Removed; readonly isDone: boolean }

/**
 * Removes what is older than its age: events, done tickets and ended conditions with their stories, messages that nobody dealt
 * with, clients that are long gone, and the middle of stories that never end. Nothing that keeps a promise is removed, however old.
 */
export async function forgetOld(deps: Deps, signal: AbortSignal): Promise<Forgotten> {
  const now = deps.clock.now()
  const ages = await loadRetentionAges(deps.pool)
  const before = (days: number) => new Date(now.getTime() - days * dayMs)
  const historyBefore = before(ages.historyDays)
  // An event that could still open a ticket is known as long, whatever was set before the rule was saved.
  const lifetimeMs = ((await longestLifetime(deps.pool))?.hours ?? 0) * hourMs
  const eventsBefore = new Date(Math.min(before(ages.eventsDays).getTime(), now.getTime() - lifetimeMs))
  const run = createRun(signal)
  const { pool } = deps
  const begin = new Date(0)
  await run.each(begin, (from) => removeDoneTickets(pool, historyBefore, from, batchSize))
  await run.each(begin, (from) => removeEndedConditions(pool, historyBefore, from, batchSize))
  for (const { id } of await deps.db.selectFrom('sources').select('id').execute()) {
    await run.each(begin, (from) => removeOldEvents(pool, id, eventsBefore, from, batchSize))
  }
  await run.each(begin, (from) => removeSetAside(pool, historyBefore, from, batchSize))
  await run.each(begin, (from) => removeOldUnread(pool, historyBefore, from, batchSize))
  await forgetTenants(deps, run, { vanishedBefore: before(ages.tenantsDays), doneBefore: historyBefore })
  await run.each(0, (from) => thinSteps(pool, storyEnds, from, stories))
  await run.each(0, (from) => thinDecisions(pool, storyEnds, [...idleReasons], from, stories))
  const removed = run.removed()
  if (Object.keys(removed).length > 0) await noteRemoved(pool, removed, now)
  return { removed, isDone: run.isDone() }
}

async function forgetTenants(deps: Deps, run: Run, ages: TenantAges): Promise<void> {
  for (const id of await findOverTenants(deps.pool, ages, batchSize)) {
    await run.each(id, async () => {
      const removed = await removeTenantPart(deps.pool, id, ages, batchSize)
      return { removed: removed ?? {}, next: removed === null ? null : id }
    })
  }
}

type Run = {
  /** Batch after batch of one kind, until there is no next one or this run has done enough. */
  each<From>(from: From, batch: (from: From) => Promise<Batch<From>>): Promise<void>
  removed(): Removed
  /** False when something may be left. */
  isDone(): boolean
}

function createRun(signal: AbortSignal): Run {
  const total = new Map<string, number>()
  let batches = 0
  let isDone = true
  return {
    async each(from, batch) {
      for (let place: typeof from | null = from; place !== null; ) {
        if (signal.aborted || batches === batchesInRun) {
          isDone = false
          return
        }
        batches += 1
        const { removed, next }: Batch<typeof from> = await batch(place)
        for (const [table, count] of Object.entries(removed)) {
          if (count > 0) total.set(table, (total.get(table) ?? 0) + count)
        }
        place = next
      }
    },
    removed: () => Object.fromEntries([...total].sort(([a], [b]) => (a < b ? -1 : 1))),
    isDone: () => isDone,
  }
}
