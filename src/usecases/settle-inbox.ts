import { formatMinute } from '../core/texts.ts'
import { isOfConnection, isOfInput } from '../db/database-error.ts'
import { type Duty, LostLeaseError } from '../db/duties.ts'
import { countTry, type Lane, oldestParcels, type Parcel, putOffParcel, waitingCompanies } from '../db/inbox.ts'
import { clearPutOffCompanies, markCompanyFailing, silentCompanies } from '../db/pushed-companies.ts'
import { overdueHolds } from '../db/pushed-computers.ts'
import { type SourceRow, tenantIds } from '../db/sources.ts'
import type { Deps } from './deps.ts'
import { heardPeriods } from './heard-periods.ts'
import type { Judged, JudgedSource } from './judge-computers.ts'
import type { JudgedEvents } from './judge-events.ts'
import { openSource } from './open-connection.ts'
import { judgedSource } from './poll-computers.ts'
import { settleComputers } from './settle-computers.ts'
import { settleEvents } from './settle-events.ts'
import { endOverdue } from './settle-statuses.ts'

/** Items that one company may have settled in one round, so that none waits for the flood of another. */
const itemsInRound = 500
/** Items that one transaction settles, of many companies together. */
const itemsAtOnce = 1_000
/** Companies whose parcels are read at once. */
const companiesAtOnce = 50
/** One run lasts no longer than this, in real ms; what is left is for the next one, which then comes at once. */
const longestRunMs = 20_000
/** A parcel that could not be settled is tried again after this, in ms. */
const putOffMs = 10 * 60_000
/** What fails so often by itself has its fault in itself, whatever the error says: it must not stop its whole source for ever. */
const mostTries = 3
const holdsAtOnce = 1_000

/** What stands at a company while something that it sent is put off. */
export const putOffWords =
  'Something it sent cannot be settled, and what came later waits behind it: look into the inbox of its source. It is kept, and tried again.'

export type SettledInbox = Judged & JudgedEvents & { parcels: number; failed: number; isDone: boolean }

/**
 * Settles what a source has sent, by company in turn and within a company in the order in which it came. What cannot be settled
 * is put off and shown at its company; it holds up nobody else. Throws `ConnectorError` when the settings cannot be read.
 */
export async function settleInbox(deps: Deps, duty: Duty, row: SourceRow, signal: AbortSignal): Promise<SettledInbox> {
  const open = openSource(deps, row, signal)
  await open.close()
  const source = judgedSource(open)
  const lane: Lane = duty.kind === 'poll-computers' ? 'computers' : 'events'
  const total: SettledInbox = { ...nothing, isDone: true }
  const until = performance.now() + longestRunMs
  for (let settled = -1; settled !== 0; ) {
    settled = 0
    const companies = await waitingCompanies(deps.pool, source.id, lane)
    for (let start = 0; start < companies.length; start += companiesAtOnce) {
      if (signal.aborted || performance.now() > until) return { ...total, isDone: false }
      const some = companies.slice(start, start + companiesAtOnce)
      const parcels = await oldestParcels(deps.pool, source.id, lane, some, itemsInRound, deps.clock.now())
      settled += await settleRound(deps, duty, source, lane, parcels, total)
    }
  }
  await clearPutOffCompanies(deps.pool, source.id, putOffWords)
  if (lane === 'computers') await settleTime(deps, duty, source, open.connector.pushed?.rules(open.settings), total)
  return total
}

const nothing = {
  began: 0,
  changed: 0,
  ended: 0,
  opened: 0,
  closed: 0,
  events: 0,
  repeated: 0,
  parcels: 0,
  failed: 0,
}

/** Returns how many parcels were settled. */
async function settleRound(
  deps: Deps,
  duty: Duty,
  source: JudgedSource,
  lane: Lane,
  parcels: readonly Parcel[],
  total: SettledInbox,
): Promise<number> {
  let settled = 0
  const stopped = new Set<string>()
  for (const pack of lane === 'events' ? packs(parcels) : parcels.map((parcel) => [parcel])) {
    const waiting = pack.filter(({ company }) => !stopped.has(company))
    if (waiting.length === 0) continue
    const run = async (some: readonly Parcel[]): Promise<void> => {
      const [first] = some
      if (first === undefined) return
      const results =
        lane === 'events'
          ? [await settleEvents(deps, duty, source, some)]
          : await settleComputers(deps, duty, source, first)
      for (const result of results) add(total, result)
      settled += some.length
      total.parcels += some.length
    }
    try {
      await run(waiting)
    } catch (error) {
      if (isOurs(error)) throw error
      // One by one, so that what is wrong with one keeps no other.
      for (const parcel of waiting) {
        if (stopped.has(parcel.company)) continue
        try {
          await run([parcel])
        } catch (own) {
          if (isOurs(own) || !(await isItsOwn(deps, parcel, own))) throw own
          stopped.add(parcel.company)
          total.failed += 1
          await putOff(deps, source, parcel, own)
        }
      }
    }
  }
  return settled
}

/** Losing the lease, or the database, is no fault of what was sent: then nothing is put off, and the next run goes on. */
function isOurs(error: unknown): boolean {
  return error instanceof LostLeaseError || isOfConnection(error)
}

/** Whether a parcel that failed alone is at fault: surely by what the error says, else when it has failed again and again. */
async function isItsOwn(deps: Deps, { id }: Parcel, error: unknown): Promise<boolean> {
  return isOfForm(error) || isOfInput(error) || (await countTry(deps.pool, id)) >= mostTries
}

function isOfForm(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError
}

async function putOff(deps: Deps, source: JudgedSource, parcel: Parcel, error: unknown): Promise<void> {
  const now = deps.clock.now()
  const { id, company, form } = parcel
  deps.log.error({ err: error, source: source.name, company, form, parcel: id }, 'a parcel could not be settled')
  await putOffParcel(deps.pool, id, whyNot(error), new Date(now.getTime() + putOffMs))
  const tenantId = (await tenantIds(deps.pool, source.id)).get(company)
  if (tenantId !== undefined) await markCompanyFailing(deps.pool, tenantId, putOffWords, now)
}

const longestReason = 500

function whyNot(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message: string }
  const said = message.slice(0, longestReason)
  if (isOfInput(error)) return `The database refuses what it says (${code}): ${said}`
  if (isOfForm(error)) return `It does not have the form that it should have: ${said}`
  return `It failed ${mostTries} times, alone: ${said}`
}

/** Parcels of many companies in runs that one transaction settles. */
function packs(parcels: readonly Parcel[]): readonly (readonly Parcel[])[] {
  const all: Parcel[][] = []
  let items = itemsAtOnce
  for (const parcel of parcels) {
    if (items + parcel.items > itemsAtOnce) {
      all.push([])
      items = 0
    }
    all.at(-1)?.push(parcel)
    items += parcel.items
  }
  return all
}

/** What only the passing of time tells: reasons that nobody repeated, and companies that fell silent. */
async function settleTime(
  deps: Deps,
  duty: Duty,
  source: JudgedSource,
  rules: { readonly silentMs: number; readonly holdMs: number | null } | undefined,
  total: SettledInbox,
): Promise<void> {
  if (rules === undefined) return
  const { holdMs } = rules
  if (holdMs !== null) await settleHolds(deps, duty, source, holdMs, total)
  const now = deps.clock.now()
  if (rules.silentMs === 0) return
  for (const { tenantId, listedAt } of await silentCompanies(
    deps.pool,
    source.id,
    new Date(now.getTime() - rules.silentMs),
  )) {
    const message = `No list of its computers has come since ${formatMinute(listedAt)}.`
    await markCompanyFailing(deps.pool, tenantId, message, now)
  }
}

/**
 * Ends what nobody repeated for as long as it is taken to hold. Only time in which it could have been repeated counts: since the
 * channel listens without a break, and as long as it did.
 */
async function settleHolds(
  deps: Deps,
  duty: Duty,
  source: JudgedSource,
  holdMs: number,
  total: SettledInbox,
): Promise<void> {
  for (const { channel, since, until } of await heardPeriods(deps, source.id)) {
    const before = new Date(until.getTime() - holdMs)
    for (let more = since <= before; more; ) {
      const overdue = await overdueHolds(deps.pool, source.id, channel, before, holdsAtOnce)
      if (overdue.length > 0) add(total, await endOverdue(deps, duty, source, overdue))
      more = overdue.length === holdsAtOnce
    }
  }
}

function add(total: SettledInbox, some: Partial<Judged & JudgedEvents>): void {
  for (const key of Object.keys(nothing) as (keyof typeof nothing)[]) {
    if (key === 'parcels' || key === 'failed') continue
    total[key] += some[key] ?? 0
  }
}
