import { type Decision, decideEvent } from '../core/decide.ts'
import { eventIdentity, eventTypeIdentity } from '../core/identity.ts'
import type { EventSeen, Severity } from '../core/observation.ts'
import { tenantKeysOf } from '../db/computers.ts'
import { type Duty, guardDuty } from '../db/duties.ts'
import { insertEvents } from '../db/events.ts'
import { loadGround, type TenantGround } from '../db/ground.ts'
import { lockTickets, type UndoneTicket, wakeDesks } from '../db/judgement.ts'
import { saveEventCursor, tenantIds } from '../db/sources.ts'
import type { Client } from '../db/sql.ts'
import type { Deps } from './deps.ts'
import type { JudgedSource } from './judge-computers.ts'
import { groundOf, type TicketSubject, writeDecisions } from './write-decisions.ts'

export type JudgedEvents = { events: number; repeated: number; opened: number }

/** Names of severities as the console and the tickets show them. */
const severityTitles: Readonly<Record<Severity, string>> = {
  critical: 'Critical',
  'functional-failure': 'Functional failure',
  warning: 'Warning',
}

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
  const settled = await settleTenants(client, source.id, events)
  const ids = await insertEvents(client, source.id, tenants, settled, now)
  const fresh = settled.filter(({ eventKey }) => ids.has(eventKey))
  const ground = await loadGround(client, [...new Set(fresh.flatMap(({ tenantKey }) => tenants.get(tenantKey) ?? []))])
  const judged = fresh.flatMap((event) => {
    const tenant = ground.get(tenants.get(event.tenantKey) ?? 0)
    return tenant === undefined ? [] : [{ event, tenant, identity: identityOf(source, event, tenant) }]
  })
  const tickets = await loadTickets(client, judged)
  const total: JudgedEvents = { events: fresh.length, repeated: 0, opened: 0 }
  const desks = new Set<number>()
  // Two events of one page may be about the same thing: once the first opens a ticket, the others must find it.
  for (let waiting = judged; waiting.length > 0; ) {
    const opening = new Set<string>()
    const subjects: TicketSubject[] = []
    const decisions: Decision[] = []
    const later: Judged[] = []
    for (const item of waiting) {
      const { event, tenant, identity } = item
      if (opening.has(identity)) {
        later.push(item)
        continue
      }
      const ticket = tickets.get(identity) ?? null
      const ageHours = (now.getTime() - event.happenedAt.getTime()) / 3_600_000
      const facts = { type: event.type, severity: event.severity, ageHours }
      const decision = decideEvent(facts, ticket === null ? null : { ...ticket, known: ticket }, groundOf(tenant, now))
      if (decision.outcome === 'open') opening.add(identity)
      decisions.push(decision)
      subjects.push(subjectOf(source, event, tenant, identity, ids.get(event.eventKey) ?? null, ticket))
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

type Judged = { event: EventSeen; tenant: TenantGround; identity: string }

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

function subjectOf(
  source: JudgedSource,
  event: EventSeen,
  tenant: TenantGround,
  identity: string,
  eventId: number | null,
  ticket: UndoneTicket | null,
): TicketSubject {
  const known = source.catalogue.eventTypes.find(({ key }) => key === event.type)
  return {
    kind: 'event',
    conditionId: null,
    eventId,
    tenant,
    ticket,
    identity,
    sourceName: source.name,
    what: event.typeName === '' ? (known?.title ?? event.type) : event.typeName,
    advice: known?.advice ?? 'Look at the event in the security product.',
    detail: event.text,
    computerKey: event.computerKey,
    computerName: event.computerName,
    link: '',
    levelTitle: severityTitles[event.severity],
    since: event.happenedAt,
  }
}
