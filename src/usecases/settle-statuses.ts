import { type ComputerKnown, foldStatus, sameState, withoutReasons } from '../core/status-said.ts'
import { type Duty, guardDuty } from '../db/duties.ts'
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
import type { FormBodies, PushedStatus } from './pushed-forms.ts'
import { keyInCompany } from './settle-events.ts'

export type Place = { readonly tenantId: number; readonly company: string }

/** What is known of one computer while messages about it are folded in. */
type Folding = {
  readonly name: string
  readonly link: string
  readonly before: ComputerKnown
  known: ComputerKnown
  /** Reasons that these messages raised, whatever they said after it. */
  readonly raised: Set<string>
  isTouched: boolean
}

/** What single messages say of computers' statuses, each folded into what is known. */
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
  const said = statuses.map((status) => ({ key: keyOf(status), status }))
  const judged: Judged[] = []
  // A message need not name the reasons of a level below its own.
  const reader = { ...source, namesAllReasons: false }
  for (let start = 0; start < said.length; ) {
    const [taken, one] = await settleRun(deps, client, duty, reader, tenantId, parcel, said.slice(start))
    judged.push(one)
    start += taken
  }
  return judged
}

/** Settles as many as can be judged together; returns how many these are. */
async function settleRun(
  deps: Deps,
  client: Client,
  duty: Duty,
  source: JudgedSource,
  tenantId: number,
  { receivedAt, channel }: Parcel,
  said: readonly { readonly key: string; readonly status: PushedStatus }[],
): Promise<readonly [taken: number, judged: Judged]> {
  const keys = [...new Set(said.map(({ key }) => key))]
  const stored = await computersByKey(client, source.id, keys)
  const hidden = await hiddenReasons(client, [tenantId], keys)
  const holds = new Set((await holdsOf(client, tenantId, keys)).map(textOf))
  const foldings = new Map<string, Folding>()
  let taken = 0
  for (const { key, status } of said) {
    const folding = foldings.get(key) ?? toFolding(stored.get(key), hidden.get(key) ?? [], status)
    foldings.set(key, folding)
    const wasSaid = (statusKey: string) =>
      folding.raised.has(statusKey) || holds.has(textOf({ computerKey: key, statusKey }))
    const next = foldStatus(folding.known, status, wasSaid)
    // What is hidden must have begun: first what these messages said so far is judged.
    if (folding.isTouched && next.hidden.length > folding.known.hidden.length) break
    folding.known = next
    folding.isTouched = true
    if (status.state === 'raised') for (const { statusKey } of status.reasons) folding.raised.add(statusKey)
    taken += 1
  }
  const changes = [...foldings].filter(([, { isTouched }]) => isTouched)
  await keepHolds(client, { sourceId: source.id, tenantId }, changes, {
    saidAt: receivedAt,
    channel: toChannel(channel),
  })
  const over = new Map(changes.map(([key, folding]) => [key, gone(folding)]))
  const seen = changes.flatMap(([key, { name, link, known }]): StagedChange[] => {
    const before = stored.get(key)
    const isSame = before !== undefined && before.name === name && sameState(before, known) && over.get(key)?.size === 0
    if (isSame) return []
    const { level, reasons } = known
    return [{ key, tenantId, name, level, reasons, link, knownTenantId: before === undefined ? null : tenantId }]
  })
  return [taken, await judgeComputers(deps, client, duty, source, seen, [], { news: true, over })]
}

function toFolding(
  stored: StoredComputer | undefined,
  hidden: ComputerKnown['hidden'],
  { computer }: PushedStatus,
): Folding {
  const { level, reasons, link } = stored ?? { level: 'ok' as const, reasons: [], link: '' }
  const name = stored?.name ?? (computer.name === '' ? computer.key : computer.name)
  const known = { level, reasons, hidden }
  return { name, link, before: known, known, raised: new Set(), isTouched: false }
}

/** What held, or seemed to, and is over by what was said. */
function gone({ before, known, raised }: Folding): Set<string> {
  const left = new Set([...known.reasons, ...known.hidden].map(({ statusKey }) => statusKey))
  const held = [...before.reasons, ...before.hidden].map(({ statusKey }) => statusKey)
  return new Set([...held, ...raised].filter((statusKey) => !left.has(statusKey)))
}

/** Notes what was said and until when it counts, forgets what is over, and lets the time of what is seen again begin anew. */
async function keepHolds(
  client: Client,
  place: { readonly sourceId: number; readonly tenantId: number },
  changes: readonly (readonly [key: string, folding: Folding])[],
  by: Pick<Hold, 'saidAt' | 'channel'>,
): Promise<void> {
  const said: Hold[] = []
  const over: HoldPlace[] = []
  const seenAgain: HoldPlace[] = []
  for (const [computerKey, folding] of changes) {
    const left = gone(folding)
    for (const statusKey of left) over.push({ computerKey, statusKey })
    for (const statusKey of folding.raised) if (!left.has(statusKey)) said.push({ computerKey, statusKey, ...by })
    for (const { statusKey } of unhidden(folding)) seenAgain.push({ computerKey, statusKey })
  }
  await saveHolds(client, place, said, over)
  await renewHolds(client, place.tenantId, seenAgain, by.saidAt)
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
      const seenAgain = unhidden({ before, known }).map(({ statusKey }) => ({ computerKey: key, statusKey }))
      await renewHolds(client, tenantId, seenAgain, now)
    }
    // Nobody said anything of what the others hide.
    const reader = { ...source, namesAllReasons: false }
    return judgeComputers(deps, client, duty, reader, seen, [], { news: true, endsAs: 'not-repeated' })
  })
}
