import { type Decision, decideEvent } from '../core/decide.ts'
import { eventIdentity, eventTypeIdentity } from '../core/identity.ts'
import type { EventSeen } from '../core/observation.ts'
import { tenantKeysOf } from '../db/computers.ts'
import { type Duty, guardDuty } from '../db/duties.ts'
import { insertEvents } from '../db/events.ts'
import { loadGround, type TenantGround } from '../db/ground.ts'
import { lockTickets, type UndoneTicket, wakeDesks } from '../db/judgement.ts'
import { saveEventCursor, tenantIds } from '../db/sources.ts'
import type { Client } from '../db/sql.ts'
import type { Deps } from './deps.ts'
import { eventSubject } from './event-subject.ts'
import type { JudgedSource } from './judge-computers.ts'
import { judgeLastingEvents } from './judge-lasting-events.ts'
import { groundOf, type TicketSubject, writeDecisions } from './write-decisions.ts'

export type JudgedEvents = { events: number; repeated: number; opened: number; closed: number }

/**
 * Judges a page of events and moves the cursor past it, in one transaction guarded by the poll's lease. An event that
 * was heard before changes nothing.
 */
export async function judgeEvents(
  deps: Deps,
  client: Client,
  duty: Duty,
  source: JudgedSource,
  events: readonly EventSeen[],
  cursor: string,
): Promise<JudgedEvents> {
  await guardDuty(client, duty)
  const now = deps.clock.now()
  const tenants = await tenantIds(client, source.id)
  const settled = (await settleTenants(client, source.id, events)).map((event) => withState(source, event))
  const ids = await insertEvents(client, source.id, tenants, settled, now)
  const fresh = settled.filter(({ eventKey }) => ids.has(eventKey))
  const ground = await loadGround(client, [...new Set(fresh.flatMap(({ tenantKey }) => tenants.get(tenantKey) ?? []))])
  const stored = fresh.flatMap((event) => {
    const tenant = ground.get(tenants.get(event.tenantKey) ?? 0)
    const eventId = ids.get(event.eventKey)
    return tenant === undefined || eventId === undefined ? [] : [{ event, eventId, tenant }]
  })
  const isLasting = ({ event }: { event: EventSeen }) => source.describeEvent(event.type).hasEnd
  const judged = stored
    .filter((one) => !isLasting(one))
    .map((one) => ({ ...one, identity: identityOf(source, one.event, one.tenant) }))
  const tickets = await loadTickets(client, judged)
  const lasting = await judgeLastingEvents(deps, client, source, stored.filter(isLasting), now)
  const total: JudgedEvents = {
    events: fresh.length,
    repeated: lasting.repeated,
    opened: lasting.opened,
    closed: lasting.closed,
  }
  const desks = new Set(lasting.desks)
  // Two events of one page may be about the same thing: once the first opens a ticket, the others must find it.
  for (let waiting = judged; waiting.length > 0; ) {
    const opening = new Set<string>()
    const subjects: TicketSubject[] = []
    const decisions: Decision[] = []
    const later: Judged[] = []
    for (const item of waiting) {
      const { event, eventId, tenant, identity } = item
      if (opening.has(identity)) {
        later.push(item)
        continue
      }
      const ticket = tickets.get(identity) ?? null
      const ageHours = (now.getTime() - event.happenedAt.getTime()) / 3_600_000
      const { followsSeverity } = source.describeEvent(event.type)
      const facts = { type: event.type, severity: event.severity, followsSeverity, ageHours }
      const decision = decideEvent(facts, ticket === null ? null : { ...ticket, known: ticket }, groundOf(tenant, now))
      if (decision.outcome === 'open') opening.add(identity)
      decisions.push(decision)
      const about = { kind: 'event', tenant, identity, eventId, conditionId: null, ticket } as const
      subjects.push(eventSubject(source, event, about))
    }
    for (const id of await writeDecisions(deps, client, subjects, decisions, now)) desks.add(id)
    total.opened += decisions.filter(({ outcome }) => outcome === 'open').length
    total.repeated += decisions.filter(({ outcome }) => outcome === 'repeat').length
    if (later.length > 0) for (const [key, ticket] of await loadTickets(client, later)) tickets.set(key, ticket)
    waiting = later
  }
  await saveEventCursor(client, source.id, cursor)
  await wakeDesks(client, desks)
  return total
}

/** An event that has an end is raised unless it says that it is resolved; any other one only happened. */
function withState(source: JudgedSource, event: EventSeen): EventSeen {
  const { hasEnd } = source.describeEvent(event.type)
  if (!hasEnd) return event.state === undefined ? event : { ...event, state: 'happened' }
  return { ...event, state: event.state === 'resolved' ? 'resolved' : 'raised' }
}

/** Gives events whose tenant the source did not name to the tenant of their computer, where that is known. */
async function settleTenants(
  client: Client,
  sourceId: number,
  events: readonly EventSeen[],
): Promise<readonly EventSeen[]> {
  const unsure = events.filter(({ tenantSure }) => !tenantSure)
  if (unsure.length === 0) return events
  const owners = await tenantKeysOf(
    client,
    sourceId,
    unsure.map(({ computerKey }) => computerKey),
  )
  return events.map((event) => {
    const tenantKey = event.tenantSure ? undefined : owners.get(event.computerKey)
    return tenantKey === undefined ? event : { ...event, tenantKey }
  })
}

type Judged = { event: EventSeen; eventId: number; tenant: TenantGround; identity: string }

function identityOf(source: JudgedSource, event: EventSeen, tenant: TenantGround): string {
  return tenant.mapping?.integration.repeats === 'ticket'
    ? eventIdentity(source.id, tenant.tenantKey, event.eventKey)
    : eventTypeIdentity(source.id, tenant.tenantKey, event.computerKey, event.type)
}

async function loadTickets(client: Client, judged: readonly Judged[]): Promise<Map<string, UndoneTicket>> {
  const identities = judged.flatMap(({ tenant, identity }) =>
    tenant.mapping === null ? [] : [{ psaId: tenant.mapping.integration.psaId, identity }],
  )
  const tickets = await lockTickets(client, [], identities)
  return new Map(tickets.map((ticket) => [ticket.identity, ticket]))
}
