import type { TicketHistoryEntry } from '../emulators/kit/ticket-history.ts'
import { actorOf, type DeskTicket } from './desks/ticket-life.ts'
import type { Lasting } from './evidence.ts'
import { isConditionWords } from './source/source-reading.ts'
import { type Finding, isoOf, type TrailLine } from './violation.ts'
import type { World } from './world.ts'

/** The events that led to a violation: what happened to the computer, to the tickets, and what was meant or broken then. */

/** So many lines before a violation, and after it, are enough to follow it. */
const mostBefore = 60
const mostAfter = 6

export type Trails = { of(finding: Finding): readonly TrailLine[] }

export function createTrails(world: World): Trails {
  return {
    of(finding) {
      const lines = [
        ...[...world.sources.values()].flatMap((source) => source.trail(finding.computer, finding.what)),
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
      (truth.places.get(finding.computer) ?? []).map(({ tenant }) => tenant),
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
  const conditions = new Set(
    database.conditions.filter((row) => isConditionWords(what) && row.computer === computer).map(({ id }) => id),
  )
  return database.decisions
    .filter(({ ticketId, conditionId }) => ids.has(ticketId ?? -1) || conditions.has(conditionId ?? -1))
    .map(({ at, outcome, reason, ticketId }) => {
      return { at, where: 'our database', words: `decided ${outcome} because ${reason} (record ${ticketId ?? 'none'})` }
    })
}
