import { readIdentity } from '../core/identity.ts'
import { laneOf } from '../core/lane.ts'
import { closingMark } from '../core/texts.ts'
import { type Adoption, adoptFind, findCondition, findEvent, findPlace } from '../db/adopt-find.ts'
import {
  type DeskFind,
  freeStuck,
  hasFreshFinds,
  remainingFinds,
  retireFinds,
  sourcesWereRead,
} from '../db/desk-finds.ts'
import { type Duty, guardDuty } from '../db/duties.ts'
import { wakeDesks } from '../db/judgement.ts'
import type { PsaRow } from '../db/psas.ts'
import { loadSource } from '../db/sources.ts'
import type { Client } from '../db/sql.ts'
import { insertActStep } from '../db/ticket-acts.ts'
import { withClient, withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { traitsOf } from './event-traits.ts'
import { identifyFinds } from './identify-finds.ts'
import type { OpenPsa } from './open-connection.ts'

/** A source that is silent for so long after a restore is waited for no longer. */
const longestWaitMs = 24 * 3_600_000

/**
 * After a restore: gives tickets that are open at the desk, and that the copy did not know, a record again. What still holds is
 * kept, to be closed in its time; what is over is closed. Does nothing while there are none.
 */
export async function settleFinds(deps: Deps, duty: Duty, psa: PsaRow, open: OpenPsa): Promise<void> {
  if ((await remainingFinds(deps.pool, psa.id)).length === 0) return
  const now = deps.clock.now()
  await freeStuck(deps.pool, psa.id, now)
  const isFresh = await hasFreshFinds(deps.pool, psa.id)
  const waited = now.getTime() - (psa.restoredAt ?? now).getTime()
  const isLast = isFresh && (waited > longestWaitMs || (await sourcesWereRead(deps.pool, psa.id)))
  if (isLast) await identifyFinds(deps, duty, psa.id, psa.restoredAt ?? now)
  let settled = 0
  const finds = await remainingFinds(deps.pool, psa.id)
  for (const find of finds) {
    if (find.isOpen && (await settleFind(deps, duty, psa, open, find, isLast || !isFresh))) settled += 1
  }
  if (isLast) {
    await withTransaction(deps.pool, async (client) => {
      await guardDuty(client, duty)
      await retireFinds(client, psa.id)
    })
    warnOfUnknown(deps, psa, finds)
  }
  if (settled > 0) {
    deps.log.info({ psa: psa.name, settled }, 'tickets that the copy did not know have a record again')
    await wakeDesks(deps.pool, [psa.id])
  }
}

/** True when the ticket has a record by now. `eventsToo`: all events since the copy were read, and none asked for this ticket. */
async function settleFind(
  deps: Deps,
  duty: Duty,
  psa: PsaRow,
  open: OpenPsa,
  find: DeskFind,
  eventsToo: boolean,
): Promise<boolean> {
  // The desk is asked outside the transaction; what has changed meanwhile is left to the next round.
  const first = await withClient(deps.pool, (client) => adoptionOf(deps, client, psa, find, eventsToo))
  if (first === null) return false
  const isOver = first.endReason !== null
  const isTheirs = isOver && (await open.connector.hasResolution(open.context, find.deskTicketId, closingMark))
  return withTransaction(deps.pool, async (client) => {
    await guardDuty(client, duty)
    const adoption = await adoptionOf(deps, client, psa, find, eventsToo)
    if (adoption === null || (adoption.endReason !== null) !== isOver) return false
    const now = deps.clock.now()
    const ticketId = await adoptFind(client, { ...adoption, isTheirs }, now)
    if (ticketId === null) return false
    const message = 'Opened after the copy was taken from which Tocsin was restored, and found at the desk.'
    await insertActStep(client, { ticketId, name: 'restore', reason: 'found-at-desk', message }, now)
    return true
  })
}

type Found = Omit<Adoption, 'isTheirs'>

async function adoptionOf(
  deps: Deps,
  client: Client,
  psa: PsaRow,
  find: DeskFind,
  eventsToo: boolean,
): Promise<Found | null> {
  const identity = find.identity ?? ''
  const about = readIdentity(identity)
  const place = about === null ? null : await findPlace(client, psa.id, about.source, about.tenantKey)
  if (about === null || place === null || place.integrationId === null) return null
  const base = { psaId: psa.id, find, identity, place: { ...place, integrationId: place.integrationId } }
  if (about.kind !== 'condition') {
    const event = about.kind === 'event' ? { ...about, computerKey: '', type: '' } : { ...about, eventKey: null }
    const found = eventsToo ? await findEvent(client, place.tenantId, event) : null
    if (found === null) return null
    return { ...base, ...found, endReason: null, lane: laneOf({ want: 'open', ...found.subject }, { phase: 'open' }) }
  }
  // Whether it still holds is not known before.
  if (place.toBeListed) return null
  const source = await loadSource(client, about.source)
  const connector = deps.sources.get(source?.connector ?? '')
  const found = await findCondition(client, place.tenantId, about.computerKey, about.statusKey)
  const { subject } = found
  // Nobody lists events: one that has an end may have been raised since the copy was taken, and then it holds.
  const endReason = traitsOf(connector)(about.statusKey).hasEnd ? null : found.endReason
  const described = connector?.describeStatus(about.statusKey)
  const want = endReason === null ? 'open' : 'closed'
  const lane = laneOf({ want, level: subject.level }, { phase: 'open' })
  return { ...base, subject, endReason, what: described?.title ?? about.statusKey, lane }
}

function warnOfUnknown(deps: Deps, psa: PsaRow, finds: readonly DeskFind[]): void {
  const unknown = finds.filter(({ identity, isOpen }) => identity === null && isOpen)
  if (unknown.length === 0) return
  const tickets = unknown.slice(0, 100).map(({ number, deskTicketId }) => number || deskTicketId)
  const message =
    'open tickets at the desk carry a reference of Tocsin that nothing here accounts for: of another installation, or of a computer that was removed; look at them'
  deps.log.warn({ psa: psa.name, count: unknown.length, tickets }, message)
}
