import type { TicketHistoryEntry } from '../emulators/kit/ticket-history.ts'
import type { HistoryEntry as KscHistoryEntry } from '../emulators/ksc/model/history.ts'
import { actorOf, type DeskTicket } from './desks/ticket-life.ts'
import type { Lasting } from './evidence.ts'
import { bitOf, statusWords } from './source/status-words.ts'
import { type Finding, isoOf, type TrailLine } from './violation.ts'
import type { World } from './world.ts'

/** The events that led to a violation: what happened to the computer, to the tickets, and what was meant or broken then. */

/** So many lines before a violation, and after it, are enough to follow it. */
const mostBefore = 60
const mostAfter = 6

export type Trails = { of(finding: Finding): readonly TrailLine[] }

export function createTrails(world: World): Trails {
  const entries = new Map(
    world.evidence.sources.map(({ id, history }) => [id, Map.groupBy(history, ({ hostName }) => hostName ?? '')]),
  )
  return {
    of(finding) {
      const lines = [
        ...[...entries].flatMap(([source, byHost]) =>
          (byHost.get(finding.computer) ?? []).flatMap((entry) => sourceLine(source, entry, finding)),
        ),
        ...deskLines(world, finding),
        ...meantLines(world, finding),
        ...decisionLines(world, finding),
      ].sort((a, b) => a.at - b.at)
      return [
        ...lines.filter(({ at }) => at <= finding.at).slice(-mostBefore),
        ...lines.filter(({ at }) => at > finding.at).slice(0, mostAfter),
      ]
    },
  }
}

function sourceLine(source: string, entry: KscHistoryEntry, { computer, what }: Finding): TrailLine[] {
  if (computer === '') return []
  const words = wordsOf(entry, bitOf(what))
  const where = `${source}, ${entry.vserverUid === '' ? 'main server' : entry.vserverUid}`
  return words === null ? [] : [{ at: Date.parse(entry.time), where, words: `${computer}: ${words}` }]
}

function wordsOf(entry: KscHistoryEntry, bit: number | undefined): string | null {
  switch (entry.kind) {
    case 'status-begin':
    case 'status-end':
    case 'status-level':
      return entry.bit === bit ? `“${statusWords[entry.bit]}” ${entry.kind.slice(7)} (${entry.level})` : null
    case 'host-status': {
      const named = statusWords.filter((_, n) => (entry.mask & (1 << n)) !== 0)
      return `status ${entry.statusId}, named: ${named.join('; ') || 'nothing'}`
    }
    case 'event':
      return bit === undefined ? `event ${entry.type}, severity ${entry.severity}` : null
    case 'host-moved':
      return `moved from ${entry.fromVserverUid || 'the main server'}`
    case 'host-added':
    case 'host-removed':
      return entry.kind
    default:
      return null
  }
}

function deskLines(world: World, { desk: id, ticketId, others = [], computer, what }: Finding): TrailLine[] {
  const ids = new Set([ticketId, ...others])
  return world.desks
    .filter((desk) => desk.id === id)
    .flatMap((desk) => [
      ...desk.tickets.filter((ticket) => ids.has(ticket.id)),
      ...desk.about(computer, what).filter((ticket) => !ids.has(ticket.id)),
    ])
    .flatMap((ticket) => ticket.entries.map((entry) => deskLine(id ?? '', ticket, entry)))
}

function deskLine(desk: string, ticket: DeskTicket, entry: TicketHistoryEntry): TrailLine {
  const changes = Object.entries(entry.changes)
    .filter(([name]) => entry.kind !== 'created' || name !== 'description')
    .map(([name, change]) => `${name}: ${short(change.old)} -> ${short(change.new)}`)
  const words = `ticket ${ticket.id} ${entry.kind} by ${actorOf(entry)} at account ${entry.companyID} (${changes.join(', ')})`
  return { at: Date.parse(entry.time), where: `desk ${desk}`, words }
}

function short(value: unknown): string {
  const text = String(value)
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}

function meantLines(world: World, finding: Finding): TrailLine[] {
  const { troubles, restores, integrations } = world.evidence
  const tenants = new Set(
    [...world.sources.values()].flatMap(({ truth }) =>
      (truth.places.get(finding.computer) ?? []).map(({ vserver }) => vserver),
    ),
  )
  const both = (where: string, words: string, { from, to }: Lasting): TrailLine[] => [
    { at: from, where, words: `${words} from here on` },
    ...(to === null ? [] : [{ at: to, where, words: `${words}: no longer` }]),
  ]
  return [
    ...troubles.flatMap((one) => both('trouble', `${one.of}: ${one.words}`, one)),
    ...restores.map(({ at, copiedAt }) => ({ at, where: 'us', words: `restored to a copy of ${isoOf(copiedAt)}` })),
    ...integrations
      .filter(({ desk }) => desk === finding.desk)
      .flatMap(({ id, mappings, silences }) => [
        ...mappings
          .filter(({ tenant }) => tenants.has(tenant))
          .flatMap((one) => both(id, `“${one.tenant}” is mapped to ${one.account}`, one)),
        ...silences.flatMap((one) => both(id, 'nothing is to be opened', one)),
      ]),
  ]
}

/** What our database says about why. */
function decisionLines({ evidence: { database } }: World, { computer, what }: Finding): TrailLine[] {
  if (database === null || computer === '') return []
  const ids = new Set(
    database.tickets.filter((row) => row.computer === computer && row.what === what).map(({ id }) => id),
  )
  const bit = bitOf(what)
  const conditions = new Set(
    database.conditions.filter((row) => bit !== undefined && row.computer === computer).map(({ id }) => id),
  )
  return database.decisions
    .filter(({ ticketId, conditionId }) => ids.has(ticketId ?? -1) || conditions.has(conditionId ?? -1))
    .map(({ at, outcome, reason, ticketId }) => {
      return { at, where: 'our database', words: `decided ${outcome} because ${reason} (record ${ticketId ?? 'none'})` }
    })
}
