import { type ComputerKnown, foldEarlier, foldStatus, sameState, withoutReasons } from '../core/status-said.ts'
import { type Duty, guardDuty } from '../db/duties.ts'
import { countOvertaken } from '../db/heard-computers.ts'
import type { Parcel } from '../db/inbox.ts'
import {
  computerKeysByName,
  computersByKey,
  type Hold,
  type HoldPlace,
  hiddenReasons,
  holdsOf,
  type MessageChannel,
  type OverdueHold,
  renewHolds,
  type StoredComputer,
  saveHolds,
} from '../db/pushed-computers.ts'
import type { Client } from '../db/sql.ts'
import type { StagedChange } from '../db/staging.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { type Judged, type JudgedSource, judgeComputers } from './judge-computers.ts'
import { leaveOutOvertaken, type Said } from './leave-out-overtaken.ts'
import type { FormBodies, PushedStatus } from './pushed-forms.ts'
import { keyInCompany } from './settle-events.ts'

export type Place = { readonly tenantId: number; readonly company: string }

/** What is known of one computer while messages about it are folded in. */
type Folding = {
  readonly name: string
  readonly link: string
  readonly before: ComputerKnown
  known: ComputerKnown
  /** Reasons that these messages raised, whatever they said after it, and when the last that did was received. */
  readonly raised: Map<string, Date>
  /** When the last of these messages was received. */
  lastAt: Date
  isTouched: boolean
}

/**
 * What single messages say of computers' statuses, each folded into what is known. A message that comes late and was received
 * before something that is settled already is left out, and counted, where it could undo that: what a computer is was told since.
 */
export async function settleStatuses(
  deps: Deps,
  client: Client,
  duty: Duty,
  source: JudgedSource,
  { tenantId, company }: Place,
  parcel: Parcel,
): Promise<Judged[]> {
  const { statuses } = parcel.body as FormBodies['statuses']
  const keyOf = await keysOfNamed(client, tenantId, company, statuses)
  const all = statuses.map((status) => {
    const at = status.receivedAt === undefined ? parcel.receivedAt : new Date(status.receivedAt)
    return { key: keyOf(status), status, at }
  })
  let left: readonly Said[] = await leaveOutOvertaken(deps, client, tenantId, parcel, all)
  const judged: Judged[] = []
  // A message need not name the reasons of a level below its own.
  const reader = { ...source, namesAllReasons: false }
  while (left.length > 0) {
    const [later, one] = await settleRun(deps, client, duty, reader, tenantId, parcel, left)
    judged.push(one)
    left = later
  }
  return judged
}

/** Settles as many as can be judged together, and returns the others: of each computer its last ones, in their order. */
async function settleRun(
  deps: Deps,
  client: Client,
  duty: Duty,
  source: JudgedSource,
  tenantId: number,
  { channel }: Parcel,
  said: readonly Said[],
): Promise<readonly [later: readonly Said[], judged: Judged]> {
  const keys = [...new Set(said.map(({ key }) => key))]
  const stored = await computersByKey(client, source.id, keys)
  const hidden = await hiddenReasons(client, [tenantId], keys)
  const holds = new Set((await holdsOf(client, tenantId, keys)).map(textOf))
  const foldings = new Map<string, Folding>()
  const waiting = new Set<string>()
  let overtaken = 0
  const later = said.filter(({ key, status, at, isEarlier }) => {
    if (waiting.has(key)) return true
    const folding = foldings.get(key) ?? toFolding(stored.get(key), hidden.get(key) ?? [], status)
    foldings.set(key, folding)
    const wasSaid = (statusKey: string) =>
      folding.raised.has(statusKey) || holds.has(textOf({ computerKey: key, statusKey }))
    const next = isEarlier ? foldEarlier(folding.known, status) : foldStatus(folding.known, status, wasSaid)
    if (next === null) {
      overtaken += 1
      return false
    }
    const isNews = ({ statusKey }: { readonly statusKey: string }) => !isEarlier || !isKnown(folding.known, statusKey)
    const raised = status.state === 'raised' ? status.reasons.filter(isNews) : []
    // What is hidden must have begun: first what these messages said so far is judged.
    if (folding.isTouched && next.hidden.length > folding.known.hidden.length) {
      waiting.add(key)
      return true
    }
    folding.known = next
    folding.isTouched = true
    folding.lastAt = at
    for (const { statusKey } of raised) folding.raised.set(statusKey, at)
    return false
  })
  if (overtaken > 0) await countOvertaken(client, tenantId, overtaken)
  const changes = [...foldings].filter(([, { isTouched }]) => isTouched)
  await keepHolds(client, { sourceId: source.id, tenantId }, changes, toChannel(channel))
  const over = new Map(changes.map(([key, folding]) => [key, gone(folding)]))
  const seen = changes.flatMap(([key, { name, link, known }]): StagedChange[] => {
    const before = stored.get(key)
    const isSame = before !== undefined && before.name === name && sameState(before, known) && over.get(key)?.size === 0
    if (isSame) return []
    const { level, reasons } = known
    return [{ key, tenantId, name, level, reasons, link, knownTenantId: before === undefined ? null : tenantId }]
  })
  return [later, await judgeComputers(deps, client, duty, source, seen, [], { news: true, over })]
}

function isKnown({ reasons, hidden }: ComputerKnown, statusKey: string): boolean {
  return [...reasons, ...hidden].some((known) => known.statusKey === statusKey)
}

function toFolding(
  stored: StoredComputer | undefined,
  hidden: ComputerKnown['hidden'],
  { computer }: PushedStatus,
): Folding {
  const { level, reasons, link } = stored ?? { level: 'ok' as const, reasons: [], link: '' }
  const name = stored?.name ?? (computer.name === '' ? computer.key : computer.name)
  const known = { level, reasons, hidden }
  return { name, link, before: known, known, raised: new Map(), lastAt: new Date(0), isTouched: false }
}

/** What held, or seemed to, and is over by what was said. */
function gone({ before, known, raised }: Folding): Set<string> {
  const left = new Set([...known.reasons, ...known.hidden].map(({ statusKey }) => statusKey))
  const held = [...before.reasons, ...before.hidden].map(({ statusKey }) => statusKey)
  return new Set([...held, ...raised.keys()].filter((statusKey) => !left.has(statusKey)))
}

/** Notes what was said and until when it counts, forgets what is over, and lets the time of what is seen again begin anew. */
async function keepHolds(
  client: Client,
  place: { readonly sourceId: number; readonly tenantId: number },
  changes: readonly (readonly [key: string, folding: Folding])[],
  channel: MessageChannel,
): Promise<void> {
  const said: Hold[] = []
  const over: HoldPlace[] = []
  const seenAgain: (HoldPlace & { readonly at: Date })[] = []
  for (const [computerKey, folding] of changes) {
    const left = gone(folding)
    for (const statusKey of left) over.push({ computerKey, statusKey })
    for (const [statusKey, saidAt] of folding.raised) {
      if (!left.has(statusKey)) said.push({ computerKey, statusKey, saidAt, channel })
    }
    for (const { statusKey } of unhidden(folding)) seenAgain.push({ computerKey, statusKey, at: folding.lastAt })
  }
  await saveHolds(client, place, said, over)
  await renewHolds(client, place.tenantId, seenAgain)
}

function unhidden({ before, known }: Pick<Folding, 'before' | 'known'>): ComputerKnown['reasons'] {
  const was = new Set(before.hidden.map(({ statusKey }) => statusKey))
  return known.reasons.filter(({ statusKey }) => was.has(statusKey))
}

function toChannel(channel: string): MessageChannel {
  if (channel === 'syslog' || channel === 'mail') return channel
  throw new TypeError(`A status cannot come by “${channel}”.`)
}

function textOf({ computerKey, statusKey }: HoldPlace): string {
  return `${computerKey}\u001f${statusKey}`
}

/**
 * Messages name a computer as people see it, lists by its key: where one computer alone has that name, it is this one, and not
 * another with a ticket of its own for the same trouble.
 */
async function keysOfNamed(
  client: Client,
  tenantId: number,
  company: string,
  statuses: readonly PushedStatus[],
): Promise<(status: PushedStatus) => string> {
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
    const now = deps.clock.now()
    const byComputer = Map.groupBy(overdue, ({ computerKey }) => computerKey)
    const byTenant = Map.groupBy(overdue, (hold) => hold.tenantId)
    const stored = await computersByKey(client, source.id, [...byComputer.keys()])
    const hidden = await hiddenReasons(client, [...byTenant.keys()], [...byComputer.keys()])
    for (const [tenantId, holds] of byTenant) {
      await saveHolds(client, { sourceId: source.id, tenantId }, [], holds)
    }
    const seen: StagedChange[] = []
    for (const [key, holds] of byComputer) {
      const found = stored.get(key)
      const tenantId = holds[0]?.tenantId
      if (found === undefined || tenantId === undefined) continue
      const before = { level: found.level, reasons: found.reasons, hidden: hidden.get(key) ?? [] }
      const known = withoutReasons(before, new Set(holds.map(({ statusKey }) => statusKey)))
      if (sameState(before, known)) continue
      const { level, reasons } = known
      seen.push({ key, tenantId, name: found.name, level, reasons, link: found.link, knownTenantId: tenantId })
      const seenAgain = unhidden({ before, known }).map(({ statusKey }) => ({ computerKey: key, statusKey, at: now }))
      await renewHolds(client, tenantId, seenAgain)
    }
    // Nobody said anything of what the others hide.
    const reader = { ...source, namesAllReasons: false }
    return judgeComputers(deps, client, duty, reader, seen, [], { news: true, endsAs: 'not-repeated' })
  })
}
