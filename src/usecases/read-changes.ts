import { ConnectorError } from '../connectors/failure.ts'
import type { PsaFacts } from '../connectors/psa.ts'
import { noticePerson } from '../core/remember.ts'
import type { TicketSeen } from '../core/ticket.ts'
import { type Duty, guardDuty } from '../db/duties.ts'
import {
  countOpenDeskTickets,
  haveLooked,
  insertPersonStep,
  type KnownTicket,
  lockKnownTickets,
  openDeskTickets,
  type PsaRow,
  saveChangesReadTo,
  saveDeskNumbers,
  savePersonsAct,
} from '../db/psas.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import type { OpenPsa } from './open-connection.ts'

/** How far each reading goes back behind the last, so that a slow search or a clock that differs hides nothing. */
const overlapMs = 5 * 60_000
/** Most open tickets read one by one in a round at a desk that tells what changed, to find those deleted or merged. */
const sweepSize = 10
/** Every open ticket is read within this time, as far as the rest allows. */
const seeAllWithinSeconds = 15 * 60
/** Part of the hourly budget that such a sweep may use; most of it is for tickets. */
const sweepShare = 0.25
/** Most tickets of one round where there is no budget. */
const mostInRound = 500

export type ReadChanges = {
  changed: number
  closedByPerson: number
  reopened: number
  deleted: number
  sweptTo: number
}

/**
 * Reads what people did at the desk since the last time, and sweeps a few of our open tickets for deletion. Notices and
 * never fights: a ticket that a person closed stays closed. Whatever it stores is guarded by the duty's lease: what a
 * process read before it slept would tell of things long past. Throws `ConnectorError`, `LostLeaseError`.
 */
export async function readChanges(deps: Deps, duty: Duty, psa: PsaRow, open: OpenPsa): Promise<ReadChanges> {
  const { sweptTo } = duty
  const begun = deps.clock.now()
  const total: ReadChanges = { changed: 0, closedByPerson: 0, reopened: 0, deleted: 0, sweptTo }
  const facts = open.connector.facts(open.settings)
  const { searchLagMs } = facts
  const since = new Date((psa.changesReadTo ?? begun).getTime() - overlapMs)
  for await (const page of open.connector.changedSince?.(open.context, since) ?? []) {
    total.changed += page.length
    await noticePage(deps, psa.id, page, { duty, total, readAt: begun, searchLagMs })
  }
  await withTransaction(deps.pool, async (client) => {
    await guardDuty(client, duty)
    await saveChangesReadTo(client, psa.id, begun)
  })
  const openTickets = await countOpenDeskTickets(deps.pool, psa.id)
  const most = open.connector.changedSince === null ? Number.POSITIVE_INFINITY : sweepSize
  const size = sweepSizeFor(facts, openTickets, most)
  await sweep(deps, psa.id, open, size, { duty, total, readAt: begun, searchLagMs })
  return total
}

/** Tickets of one round: all in their turn, spread over the time, and at most `most` or our share of the hour. */
export function sweepSizeFor(
  { changesEverySeconds, requestsPerHour }: Pick<PsaFacts, 'changesEverySeconds' | 'requestsPerHour'>,
  openTickets: number,
  most: number = Number.POSITIVE_INFINITY,
): number {
  const rounds = Math.max(1, Math.floor(seeAllWithinSeconds / changesEverySeconds))
  const budget = (requestsPerHour * sweepShare * changesEverySeconds) / 3_600
  const share = Math.min(requestsPerHour === 0 ? mostInRound : Math.floor(budget), most)
  return Math.max(1, Math.min(Math.ceil(openTickets / rounds), share))
}

/** One reading: what it counts, when it was begun, and how old what it shows may be. */
type Reading = {
  readonly duty: Duty
  readonly total: ReadChanges
  readonly readAt: Date
  readonly searchLagMs: number
}

async function noticePage(deps: Deps, psaId: number, page: readonly TicketSeen[], reading: Reading): Promise<void> {
  const seen = new Map(page.map((ticket) => [ticket.ticketId, ticket]))
  await withTransaction(deps.pool, async (client) => {
    await guardDuty(client, reading.duty)
    const known = await lockKnownTickets(client, psaId, [...seen.keys()])
    await saveDeskNumbers(client, psaId, page)
    for (const ticket of known) {
      const present = seen.get(ticket.deskTicketId)
      // A ticket in a worker's hands is being changed by us: the next reading, which overlaps, tells who changed it.
      if (present === undefined || ticket.leased) continue
      await noticeTicket(deps, client, ticket, present, reading)
    }
  })
}

async function noticeTicket(
  deps: Deps,
  client: Parameters<typeof savePersonsAct>[0],
  ticket: KnownTicket,
  seen: TicketSeen,
  { total, readAt, searchLagMs }: Reading,
): Promise<void> {
  const known = noticePerson(ticket.known, seen, ticket.holds)
  if (known === null) {
    if (ticket.known.phase === 'open' && seen.state === 'closed') await haveLooked(client, ticket.id, deps.clock.now())
    return
  }
  // The page may be older than our own close: the next reading tells.
  if (seen.state === 'open' && ticket.closedAt !== null && ticket.closedAt.getTime() >= readAt.getTime() - searchLagMs)
    return
  const now = deps.clock.now()
  const isClosed = known.phase === 'closed'
  const { seenAgainAt } = ticket
  // What was seen again after they had closed it needs a ticket of its own: a worker begins it.
  const isDue = isClosed && seenAgainAt !== null && (seen.changedAt === null || seenAgainAt > seen.changedAt)
  const act = { known, outcome: isClosed && !isDue ? ('closed-by-person' as const) : null, isDue }
  if (!(await savePersonsAct(client, ticket.id, act, now))) return
  const result = isClosed ? 'closed-by-person' : 'reopened-by-person'
  if (isClosed) total.closedByPerson += 1
  else total.reopened += 1
  await insertPersonStep(client, ticket.id, result, seen, now)
  deps.log.info({ ticketId: ticket.id, result }, 'noticed')
}

/** Deleted tickets appear in no list of changes, so `size` of the open ones are read each round, in turn. */
async function sweep(deps: Deps, psaId: number, open: OpenPsa, size: number, reading: Reading): Promise<void> {
  const { total } = reading
  const tickets = await openDeskTickets(deps.pool, psaId, total.sweptTo, size)
  for (const { id, deskTicketId } of tickets) {
    const seen = await readOrGone(open, deskTicketId)
    // The hour's budget is needed for tickets: the next round goes on from here.
    if (seen === 'not-now') return
    total.sweptTo = id
    if (seen !== null) {
      await noticePage(deps, psaId, [seen], reading)
      continue
    }
    const now = deps.clock.now()
    await withTransaction(deps.pool, async (client) => {
      await guardDuty(client, reading.duty)
      const [ticket] = await lockKnownTickets(client, psaId, [deskTicketId])
      if (ticket === undefined || ticket.leased || ticket.done) return
      const known = noticePerson(ticket.known, null, ticket.holds)
      if (known === null) return haveLooked(client, id, now)
      await savePersonsAct(client, id, { known, outcome: 'deleted-by-person' }, now)
      await insertPersonStep(client, id, 'deleted-by-person', null, now)
      total.deleted += 1
      deps.log.info({ ticketId: id, result: 'deleted-by-person' }, 'noticed')
    })
  }
  if (tickets.length < size) total.sweptTo = 0
}

async function readOrGone(open: OpenPsa, deskTicketId: string): Promise<TicketSeen | null | 'not-now'> {
  try {
    return await open.connector.read(open.context, deskTicketId)
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === 'gone') return null
    if (error instanceof ConnectorError && /^budget-/.test(error.reason)) return 'not-now'
    throw error
  }
}
