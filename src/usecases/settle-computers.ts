import { foldStatus, sameState, sortReasons, withoutReasons } from '../core/status-said.ts'
import { type Duty, guardDuty } from '../db/duties.ts'
import { type Parcel, removeParcels } from '../db/inbox.ts'
import {
  countLateList,
  ensureCompanies,
  lockListNumber,
  markCompanyFailing,
  markListTaken,
} from '../db/pushed-companies.ts'
import {
  changeNumbers,
  computerKeysByName,
  computersByKey,
  computersOfTenant,
  computersWithHidden,
  type Hold,
  holdsOf,
  type OverdueHold,
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

/** Computers judged in one transaction. */
const batchSize = 1_000
/** Late lists are a matter of a slow line until there are so many that a counter must have begun anew. */
const lateListsOfReset = 3

/** Settles one parcel about computers and removes it with the last transaction. */
export async function settleComputers(
  deps: Deps,
  duty: Duty,
  source: JudgedSource,
  parcel: Parcel,
): Promise<readonly Judged[]> {
  const { company, form, body } = parcel
  const named = { key: company, name: (body as { readonly companyName: string }).companyName }
  const begin = async (client: Client): Promise<number> => {
    await guardDuty(client, duty)
    const id = (await ensureCompanies(client, source.id, [named], deps.clock.now())).get(company)
    if (id === undefined) throw new Error(`The company “${company}” was not stored.`)
    return id
  }
  if (form === 'list') return settleList(deps, duty, source, parcel, begin)
  return withTransaction(deps.pool, async (client) => {
    const tenantId = await begin(client)
    const place: Place = { tenantId, company }
    const judged =
      form === 'changes'
        ? await settleChanges(deps, client, duty, source, place, body as FormBodies['changes'])
        : await settleStatuses(deps, client, duty, source, place, parcel, body as FormBodies['statuses'])
    await removeParcels(client, [parcel.id])
    return [judged]
  })
}

type Place = { readonly tenantId: number; readonly company: string }

/**
 * A complete list: what it does not name has ended. A big difference is judged in several transactions, the list counts as
 * taken with the last of them; a crash between two leaves it in the inbox, and what was judged by then is no difference any more.
 */
async function settleList(
  deps: Deps,
  duty: Duty,
  source: JudgedSource,
  { id, company, body }: Parcel,
  begin: (client: Client) => Promise<number>,
): Promise<readonly Judged[]> {
  const { number, computers } = body as FormBodies['list']
  const all: Judged[] = []
  for (let isDone = false; !isDone; ) {
    isDone = await withTransaction(deps.pool, async (client) => {
      const now = deps.clock.now()
      const tenantId = await begin(client)
      const last = await lockListNumber(client, tenantId)
      if (last !== null && number <= last) {
        if (number < last) await noteLateList(client, tenantId, number, last, now)
        await removeParcels(client, [id])
        return true
      }
      const { seen, missing } = await differences(client, { tenantId, company }, number, computers)
      const some = {
        seen: seen.slice(0, batchSize),
        missing: seen.length > batchSize ? [] : missing.slice(0, batchSize),
      }
      all.push(await judgeComputers(deps, client, duty, source, some.seen, some.missing))
      const isLast = some.seen.length + some.missing.length === seen.length + missing.length
      if (!isLast) return false
      await markListTaken(client, tenantId, number, now)
      await removeParcels(client, [id])
      return true
    })
  }
  return all
}

/** Tells people when lists are left out time after time, for then a sender's counter must have begun anew. */
async function noteLateList(client: Client, tenantId: number, number: number, last: number, now: Date): Promise<void> {
  if ((await countLateList(client, tenantId)) < lateListsOfReset) return
  const message = `Its lists are left out, because their numbers (${number} now) are below ${last}, which was taken before. Number them by the time in milliseconds, or above ${last}.`
  await markCompanyFailing(client, tenantId, message, now)
}

/** Where a list differs from what is stored; computers that changed after the list was made are left as they are. */
async function differences(
  client: Client,
  { tenantId, company }: Place,
  number: number,
  computers: readonly PushedComputer[],
): Promise<{ seen: StagedChange[]; missing: string[] }> {
  const stored = await computersOfTenant(client, tenantId)
  const newer = new Set(
    [...(await changeNumbers(client, tenantId))].flatMap(([key, change]) => (change > number ? [key] : [])),
  )
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
  { changes }: FormBodies['changes'],
): Promise<Judged> {
  const listNumber = (await lockListNumber(client, tenantId)) ?? Number.NEGATIVE_INFINITY
  const numbers = await changeNumbers(client, tenantId)
  const last = new Map<string, (typeof changes)[number]>()
  for (const change of changes) {
    const key = keyInCompany(company, 'removed' in change ? change.removed : change.computer.key)
    const newest = last.get(key)?.number ?? numbers.get(key) ?? listNumber
    if (change.number > newest) last.set(key, change)
  }
  const stored = await computersByKey(client, source.id, [...last.keys()])
  const seen = [...last].flatMap(([key, change]) => {
    if ('removed' in change || isSame(stored.get(key), change.computer)) return []
    return [toStaged(tenantId, key, change.computer, stored.get(key))]
  })
  const missing = [...last].flatMap(([key, change]) => ('removed' in change && stored.has(key) ? [key] : []))
  await saveChangeNumbers(
    client,
    tenantId,
    [...last].map(([key, { number }]) => ({ key, number })),
  )
  // What is said now stands for what single messages said before.
  const ended = await holdsOf(client, tenantId, [...last.keys()])
  await saveHolds(client, { sourceId: source.id, tenantId }, [], ended)
  return judgeComputers(deps, client, duty, source, seen, missing, { news: true })
}

/** What single messages say of computers' statuses, each folded into what is known. */
async function settleStatuses(
  deps: Deps,
  client: Client,
  duty: Duty,
  source: JudgedSource,
  { tenantId, company }: Place,
  { receivedAt }: Parcel,
  { statuses }: FormBodies['statuses'],
): Promise<Judged> {
  const keyOf = await keysOfNamed(client, tenantId, company, statuses)
  const keys = [...new Set(statuses.map(keyOf))]
  const stored = await computersByKey(client, source.id, keys)
  const folded = new Map<string, StagedChange>()
  const said = new Map<string, Hold>()
  const ended = new Map<string, Omit<Hold, 'saidAt'>>()
  for (const status of statuses) {
    const computerKey = keyOf(status)
    const known = folded.get(computerKey) ?? stored.get(computerKey)
    const before = known ?? { level: 'ok' as const, reasons: [], link: '' }
    const state = foldStatus(before, status)
    const name = known?.name ?? (status.computer.name === '' ? status.computer.key : status.computer.name)
    const knownTenantId = stored.has(computerKey) ? tenantId : null
    folded.set(computerKey, { ...state, key: computerKey, tenantId, name, link: before.link, knownTenantId })
    const holding = new Set(state.reasons.map(({ statusKey }) => statusKey))
    for (const { statusKey } of before.reasons) {
      if (!holding.has(statusKey)) ended.set(`${computerKey}\u001f${statusKey}`, { computerKey, statusKey })
    }
    if (status.state !== 'raised') continue
    for (const { statusKey } of status.reasons) {
      said.set(`${computerKey}\u001f${statusKey}`, { computerKey, statusKey, saidAt: receivedAt })
      ended.delete(`${computerKey}\u001f${statusKey}`)
    }
  }
  for (const place of ended.keys()) said.delete(place)
  await saveHolds(client, { sourceId: source.id, tenantId }, [...said.values()], [...ended.values()])
  const seen = [...folded].flatMap(([key, change]) => {
    const known = stored.get(key)
    return known !== undefined && known.name === change.name && sameState(known, change) ? [] : [change]
  })
  // A message need not name the reasons of a level below its own.
  return judgeComputers(deps, client, duty, { ...source, namesAllReasons: false }, seen, [], { news: true })
}

/**
 * Messages name a computer as people see it, lists by its key: where one computer alone has that name, it is this one, and not
 * another with a ticket of its own for the same trouble.
 */
async function keysOfNamed(
  client: Client,
  tenantId: number,
  company: string,
  statuses: FormBodies['statuses']['statuses'],
): Promise<(status: FormBodies['statuses']['statuses'][number]) => string> {
  const names = statuses.map(({ computer }) => computer.key).filter((key) => key === key.toLowerCase())
  const known = await computerKeysByName(client, tenantId, [...new Set(names)])
  return ({ computer }) => known.get(computer.key) ?? keyInCompany(company, computer.key)
}

/** Ends reasons that were reported by themselves and not repeated for as long as they are taken to hold. */
export function endOverdue(
  deps: Deps,
  duty: Duty,
  source: JudgedSource,
  overdue: readonly OverdueHold[],
): Promise<Judged> {
  return withTransaction(deps.pool, async (client) => {
    await guardDuty(client, duty)
    const byComputer = Map.groupBy(overdue, ({ computerKey }) => computerKey)
    const stored = await computersByKey(client, source.id, [...byComputer.keys()])
    for (const [tenantId, holds] of Map.groupBy(overdue, (hold) => hold.tenantId)) {
      await saveHolds(client, { sourceId: source.id, tenantId }, [], holds)
    }
    const seen = [...byComputer].flatMap(([key, holds]): StagedChange[] => {
      const known = stored.get(key)
      const tenantId = holds[0]?.tenantId
      if (known === undefined || tenantId === undefined) return []
      const state = withoutReasons(known, new Set(holds.map(({ statusKey }) => statusKey)))
      if (sameState(known, state)) return []
      return [{ ...state, key, tenantId, name: known.name, link: known.link, knownTenantId: tenantId }]
    })
    const options = { news: true, endsAs: 'not-repeated' } as const
    return judgeComputers(deps, client, duty, source, seen, [], options)
  })
}
