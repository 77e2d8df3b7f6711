import { type Decision, decideLasting, levelOfSeverity } from '../core/decide.ts'
import { conditionIdentity } from '../core/identity.ts'
import type { EventSeen } from '../core/observation.ts'
import { latestLasting } from '../db/events.ts'
import type { TenantGround } from '../db/ground.ts'
import {
  endConditions,
  findTicketed,
  type HeldCondition,
  insertConditions,
  loadLasting,
  lockTickets,
  type UndoneTicket,
  updateConditions,
} from '../db/judgement.ts'
import type { Client } from '../db/sql.ts'
import type { Deps } from './deps.ts'
import { eventSubject } from './event-subject.ts'
import type { JudgedSource } from './judge-computers.ts'
import { groundOf, type TicketSubject, writeDecisions } from './write-decisions.ts'

/** An event that was just stored, with the ground that decides about it. */
export type StoredEvent = { readonly event: EventSeen; readonly eventId: number; readonly tenant: TenantGround }

export type JudgedLasting = { readonly desks: ReadonlySet<number>; opened: number; repeated: number; closed: number }

/**
 * Judges events that have an end. What was raised and not resolved holds, as a status description does, and is stored as a
 * condition; so its ticket closes when it is resolved, and not before. What is told late, after something newer about the same
 * thing, changes nothing. Runs inside the transaction that stored the events.
 */
export async function judgeLastingEvents(
  deps: Deps,
  client: Client,
  source: JudgedSource,
  stored: readonly StoredEvent[],
  now: Date,
): Promise<JudgedLasting> {
  const desks = new Set<number>()
  const total = { desks, opened: 0, repeated: 0, closed: 0 }
  const items = stored.map((one) => ({ ...one, place: placeOf(one), identity: identityOf(source, one) }))
  const latest = new Map(
    (
      await latestLasting(
        client,
        items.map(({ place }) => place),
        stored.map(({ eventId }) => eventId),
      )
    ).map(({ happenedAt, ...place }) => [textOf(place), happenedAt]),
  )
  // One after the other about the same thing: each is decided on what the one before it left.
  for (let waiting = items; waiting.length > 0; ) {
    const taken = new Set<string>()
    const [wave, later] = [[] as Item[], [] as Item[]]
    for (const item of waiting) {
      if (taken.has(item.identity)) later.push(item)
      else wave.push(item)
      taken.add(item.identity)
    }
    const decisions = await judgeWave(deps, client, source, wave, latest, now, desks)
    for (const { outcome } of decisions) {
      if (outcome === 'open') total.opened += 1
      if (outcome === 'repeat') total.repeated += 1
      if (outcome === 'close') total.closed += 1
    }
    waiting = later
  }
  return total
}

type Place = { readonly tenantId: number; readonly computerKey: string; readonly type: string }
type Item = StoredEvent & { readonly place: Place; readonly identity: string }

function placeOf({ event, tenant }: StoredEvent): Place {
  return { tenantId: tenant.tenantId, computerKey: event.computerKey, type: event.type }
}

function textOf({ tenantId, computerKey, type }: Place): string {
  return `${tenantId}\u001f${computerKey}\u001f${type}`
}

function identityOf(source: JudgedSource, { event, tenant }: StoredEvent): string {
  return conditionIdentity(source.id, tenant.tenantKey, event.computerKey, event.type)
}

async function judgeWave(
  deps: Deps,
  client: Client,
  source: JudgedSource,
  wave: readonly Item[],
  latest: Map<string, Date>,
  now: Date,
  desks: Set<number>,
): Promise<readonly Decision[]> {
  const held = new Map(
    (
      await loadLasting(
        client,
        wave.map(({ place }) => place),
      )
    ).map((condition) => [textOf({ ...condition, type: condition.statusKey }), condition]),
  )
  const heldIds = [...held.values()].map(({ id }) => id)
  const ticketed = await findTicketed(client, heldIds)
  const ticketOf = await loadTickets(client, wave, heldIds)
  const judged = wave.map((item) => {
    const text = textOf(item.place)
    const condition = held.get(text) ?? null
    const ticket = ticketOf(item, condition)
    const before = latest.get(text)
    const isLate = before !== undefined && before > item.event.happenedAt
    if (!isLate) latest.set(text, item.event.happenedAt)
    return { item, condition, ticket, isLate, decision: decide(source, item, condition, ticket, ticketed, isLate, now) }
  })
  const begun = judged.filter(({ item, condition, isLate }) => {
    return !isLate && item.event.state !== 'resolved' && condition === null
  })
  const ids = await insertConditions(
    client,
    begun.map(({ item }) => toCondition(source, item, now)),
  )
  const begunIds = new Map(begun.map(({ item }, n) => [item, ids[n] ?? null]))
  await updateConditions(
    client,
    judged.flatMap(({ item: { event }, condition, isLate }) =>
      isLate || event.state === 'resolved' || condition === null
        ? []
        : [{ id: condition.id, level: levelOfSeverity(event.severity), text: event.text, hiddenSince: null }],
    ),
  )
  await endConditions(
    client,
    judged.flatMap(({ item, condition, isLate }) =>
      isLate || item.event.state !== 'resolved' || condition === null
        ? []
        : [{ id: condition.id, reason: 'resolved' as const }],
    ),
    now,
  )
  const subjects = judged.map(({ item, condition, ticket }): TicketSubject => {
    const { event, eventId, tenant, identity } = item
    const conditionId = condition?.id ?? begunIds.get(item) ?? null
    return eventSubject(source, event, { kind: 'lasting', tenant, identity, eventId, conditionId, ticket })
  })
  const decisions = judged.map(({ decision }) => decision)
  for (const id of await writeDecisions(deps, client, subjects, decisions, now)) desks.add(id)
  return decisions
}

function decide(
  source: JudgedSource,
  { event, tenant }: Item,
  condition: HeldCondition | null,
  ticket: UndoneTicket | null,
  ticketed: ReadonlySet<number>,
  isLate: boolean,
  now: Date,
): Decision {
  const open = ticket === null ? null : { ...ticket, known: ticket }
  const facts = {
    state: event.state === 'resolved' ? ('resolved' as const) : ('raised' as const),
    type: event.type,
    severity: event.severity,
    followsSeverity: source.describeEvent(event.type).followsSeverity,
    ageHours: (now.getTime() - event.happenedAt.getTime()) / 3_600_000,
  }
  const hadTicket = condition !== null && ticketed.has(condition.id)
  return decideLasting(facts, open, groundOf(tenant, now), { holds: condition !== null, hadTicket, overtaken: isLate })
}

function toCondition(
  source: JudgedSource,
  { event, place }: Item,
  now: Date,
): Parameters<typeof insertConditions>[1][0] {
  return {
    sourceId: source.id,
    tenantId: place.tenantId,
    computerKey: event.computerKey,
    computerName: event.computerName,
    statusKey: event.type,
    level: levelOfSeverity(event.severity),
    text: event.text,
    link: '',
    beganAt: now,
    heldBefore: false,
    eventSeverity: event.severity,
  }
}

/** The ticket of what holds, or else of the same thing at the desk of its client. */
async function loadTickets(
  client: Client,
  wave: readonly Item[],
  heldIds: readonly number[],
): Promise<(item: Item, condition: HeldCondition | null) => UndoneTicket | null> {
  const identities = wave.flatMap(({ tenant, identity }) =>
    tenant.mapping === null ? [] : [{ psaId: tenant.mapping.integration.psaId, identity }],
  )
  const tickets = await lockTickets(client, heldIds, identities)
  return ({ identity, tenant }, condition) => {
    const own = condition === null ? undefined : tickets.find(({ conditionId }) => conditionId === condition.id)
    const psaId = tenant.mapping?.integration.psaId
    return own ?? tickets.find((ticket) => ticket.identity === identity && ticket.psaId === psaId) ?? null
  }
}
