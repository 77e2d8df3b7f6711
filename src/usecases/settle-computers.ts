import { sameState, sortReasons } from '../core/status-said.ts'
import { formatMinute } from '../core/texts.ts'
import { type Duty, guardDuty } from '../db/duties.ts'
import { countOvertaken, saidSince, saveHeard, wasOrderForgotten } from '../db/heard-computers.ts'
import { lockParcel, type Parcel, removeParcels } from '../db/inbox.ts'
import { clearLateWords, countLate, countLateComputers, findLate, markInOrder } from '../db/late-messages.ts'
import {
  ensureCompanies,
  lockCompany,
  lockListNumber,
  markCompanyFailing,
  markListTaken,
} from '../db/pushed-companies.ts'
import {
  changeNumbers,
  computersByKey,
  computersOfTenant,
  computersWithHidden,
  holdsOf,
  type StoredComputer,
  saveChangeNumbers,
  saveHolds,
} from '../db/pushed-computers.ts'
import type { Client } from '../db/sql.ts'
import type { StagedChange } from '../db/staging.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { type Judged, type JudgedSource, judgeComputers } from './judge-computers.ts'
import type { FormBodies, PushedComputer } from './pushed-forms.ts'
import { keyInCompany } from './settle-events.ts'
import { type Place, settleStatuses } from './settle-statuses.ts'

/** Computers judged in one transaction. */
const batchSize = 1_000
/** What comes late is a matter of a slow line until there is so much that a counter must have begun anew. */
const lateOfReset = 3
/** With this begins what is said of a company of which something is left out. */
export const lateWords = 'What it sends is left out'

/** Settles one parcel about computers and removes it with the last transaction. */
export async function settleComputers(
  deps: Deps,
  duty: Duty,
  source: JudgedSource,
  parcel: Parcel,
): Promise<readonly Judged[]> {
  const { id: parcelId, company, form, body } = parcel
  const named = { key: company, name: (body as { readonly companyName: string }).companyName }
  const begin = async (client: Client): Promise<number | null> => {
    await guardDuty(client, duty)
    // A person set it aside since it was read.
    if (!(await lockParcel(client, parcelId))) return null
    await lockCompany(client, source.id, company)
    const id = (await ensureCompanies(client, source.id, [named], deps.clock.now())).get(company)
    if (id === undefined) throw new Error(`The company “${company}” was not stored.`)
    return id
  }
  if (form === 'list') return settleList(deps, duty, source, parcel, begin)
  return withTransaction(deps.pool, async (client) => {
    const tenantId = await begin(client)
    if (tenantId === null) return []
    const place: Place = { tenantId, company }
    const judged =
      form === 'changes'
        ? [await settleChanges(deps, client, duty, source, place, parcel)]
        : await settleStatuses(deps, client, duty, source, place, parcel)
    await removeParcels(client, [parcel.id])
    return judged
  })
}

/**
 * A complete list: what it does not name has ended. A big difference is judged in several transactions, the list counts as
 * taken with the last of them; a crash between two leaves it in the inbox, and what was judged by then is no difference any more.
 */
async function settleList(
  deps: Deps,
  duty: Duty,
  source: JudgedSource,
  parcel: Parcel,
  begin: (client: Client) => Promise<number | null>,
): Promise<readonly Judged[]> {
  const { id, company, receivedAt } = parcel
  const { number, computers } = parcel.body as FormBodies['list']
  const all: Judged[] = []
  for (let isDone = false; !isDone; ) {
    isDone = await withTransaction(deps.pool, async (client) => {
      const now = deps.clock.now()
      const tenantId = await begin(client)
      if (tenantId === null) return true
      const last = await lockListNumber(client, tenantId)
      if (await isOfFormerOrder(client, tenantId, parcel)) {
        await countOvertaken(client, tenantId, 1)
        await removeParcels(client, [id])
        return true
      }
      if (last !== null && number <= last) {
        if (number < last) {
          await countLate(client, tenantId, 'lists', now)
          await tellLate(client, tenantId)
        }
        await removeParcels(client, [id])
        return true
      }
      const newer = await saidAfter(client, tenantId, parcel, now)
      const { seen, missing } = await differences(client, { tenantId, company }, number, computers, newer)
      const some = {
        seen: seen.slice(0, batchSize),
        missing: seen.length > batchSize ? [] : missing.slice(0, batchSize),
      }
      all.push(await judgeComputers(deps, client, duty, source, some.seen, some.missing))
      const isLast = some.seen.length + some.missing.length === seen.length + missing.length
      if (!isLast) {
        // Set aside now, it has told of these computers nevertheless: what is older must not undo that.
        const judged = [...some.seen.map(({ key }) => key), ...some.missing]
        await saveChangeNumbers(
          client,
          tenantId,
          judged.map((key) => ({ key, number })),
        )
        await saveHeard(
          client,
          tenantId,
          'changed',
          judged.map((key) => ({ key, at: receivedAt })),
          now,
        )
        return false
      }
      await markListTaken(client, tenantId, { number, receivedAt, newer }, now)
      await countLateComputers(client, tenantId, { newerThan: number }, now)
      await tellLate(client, tenantId)
      await removeParcels(client, [id])
      return true
    })
  }
  return all
}

/** Whether it was put back after a person had let the numbers begin anew: its own says nothing any more. */
async function isOfFormerOrder(client: Client, tenantId: number, { setAsideAt, receivedAt }: Parcel): Promise<boolean> {
  return setAsideAt !== null && (await wasOrderForgotten(client, tenantId, receivedAt))
}

/** Computers of which messages said something after this was received; none, unless it was put back. */
async function saidAfter(
  client: Client,
  tenantId: number,
  { setAsideAt, receivedAt }: Parcel,
  now: Date,
): Promise<ReadonlySet<string>> {
  return setAsideAt === null ? new Set() : saidSince(client, tenantId, receivedAt, now)
}

/** Tells people when so much is left out that a sender's counter must have begun anew; takes it back when nothing is. */
async function tellLate(client: Client, tenantId: number): Promise<void> {
  const late = await findLate(client, tenantId, lateOfReset)
  if (late === null) return clearLateWords(client, tenantId, lateWords)
  const { since, below, computer } = late
  const where = computer === null ? '' : ` about “${computer}”`
  const message = `${lateWords}${where} since ${formatMinute(since)}, because its numbers are below ${below}, which was taken before. Number it by the time in milliseconds, or above ${below}; or let what comes next count, in the inbox of its source.`
  await markCompanyFailing(client, tenantId, message, since)
}

/** Where a list differs from what is stored; computers of which something newer is known are left as they are. */
async function differences(
  client: Client,
  { tenantId, company }: Place,
  number: number,
  computers: readonly PushedComputer[],
  said: ReadonlySet<string>,
): Promise<{ seen: StagedChange[]; missing: string[] }> {
  const stored = await computersOfTenant(client, tenantId)
  const changed = await changeNumbers(client, tenantId)
  const newer = new Set([...said, ...[...changed].flatMap(([key, change]) => (change > number ? [key] : []))])
  const hidden = await computersWithHidden(client, tenantId)
  const listed = new Map(computers.map((computer) => [keyInCompany(company, computer.key), computer]))
  const seen = [...listed].flatMap(([key, computer]) => {
    const known = stored.get(key)
    if (newer.has(key) || (isSame(known, computer) && !hidden.has(key))) return []
    return [toStaged(tenantId, key, computer, known)]
  })
  const missing = [...stored.keys()].filter((key) => !listed.has(key) && !newer.has(key))
  return { seen, missing }
}

function isSame(known: StoredComputer | undefined, computer: PushedComputer): boolean {
  if (known === undefined || known.name !== computer.name || known.link !== computer.link) return false
  return sameState(known, { level: computer.level, reasons: sortReasons(computer.reasons) })
}

function toStaged(
  tenantId: number,
  key: string,
  { name, level, reasons, link }: PushedComputer,
  known: StoredComputer | undefined,
): StagedChange {
  const sorted = level === 'ok' ? [] : sortReasons(reasons)
  return { key, tenantId, name, level, reasons: sorted, link, knownTenantId: known === undefined ? null : tenantId }
}

/** Changes of single computers, which say nothing about any other. */
async function settleChanges(
  deps: Deps,
  client: Client,
  duty: Duty,
  source: JudgedSource,
  { tenantId, company }: Place,
  parcel: Parcel,
): Promise<Judged> {
  const now = deps.clock.now()
  const { changes } = parcel.body as FormBodies['changes']
  const isFormer = await isOfFormerOrder(client, tenantId, parcel)
  const said = await saidAfter(client, tenantId, parcel, now)
  let overtaken = 0
  const listNumber = (await lockListNumber(client, tenantId)) ?? Number.NEGATIVE_INFINITY
  const numbers = await changeNumbers(client, tenantId)
  const last = new Map<string, (typeof changes)[number]>()
  const late = { ofList: 0, keys: new Set<string>() }
  for (const change of changes) {
    const key = keyInCompany(company, 'removed' in change ? change.removed : change.computer.key)
    const own = numbers.get(key)
    const newest = last.get(key)?.number ?? own ?? listNumber
    if (isFormer || said.has(key)) overtaken += 1
    else if (change.number > newest) last.set(key, change)
    else if (change.number < (own ?? Number.NEGATIVE_INFINITY)) late.keys.add(key)
    else if (change.number < listNumber) late.ofList += 1
  }
  if (overtaken > 0) await countOvertaken(client, tenantId, overtaken)
  if (last.size > 0) await markInOrder(client, tenantId)
  else if (late.ofList > 0) await countLate(client, tenantId, 'changes', now)
  if (late.keys.size > 0) await countLateComputers(client, tenantId, { keys: [...late.keys] }, now)
  const hidden = await computersWithHidden(client, tenantId)
  const stored = await computersByKey(client, source.id, [...last.keys()])
  const seen = [...last].flatMap(([key, change]) => {
    // It names all, so what single messages left open is settled by it, too.
    if ('removed' in change || (isSame(stored.get(key), change.computer) && !hidden.has(key))) return []
    return [toStaged(tenantId, key, change.computer, stored.get(key))]
  })
  const missing = [...last].flatMap(([key, change]) => ('removed' in change && stored.has(key) ? [key] : []))
  await saveChangeNumbers(
    client,
    tenantId,
    [...last].map(([key, { number }]) => ({ key, number })),
  )
  await saveHeard(
    client,
    tenantId,
    'changed',
    [...last.keys()].map((key) => ({ key, at: parcel.receivedAt })),
    now,
  )
  await tellLate(client, tenantId)
  // What is said now stands for what single messages said before.
  const ended = await holdsOf(client, tenantId, [...last.keys()])
  await saveHolds(client, { sourceId: source.id, tenantId }, [], ended)
  return judgeComputers(deps, client, duty, source, seen, missing, { news: true })
}
