import type { DeskTicket, OpenSpan } from './desks/ticket-life.ts'
import type { DatabaseEvidence, TicketRow } from './evidence.ts'
import { advance, covers } from './spans.ts'
import { type Finding, isoOf } from './violation.ts'
import type { DeskWorld, World } from './world.ts'

/**
 * I2 at the end of the run: what our database believes and what stands at the desk are the same, but for what people did
 * too short a time ago to be known, and for what was broken then.
 */
export function compareDatabase(world: World): Finding[] {
  const { database } = world.evidence
  return database === null ? [] : world.desks.flatMap((desk) => compareDesk(world, desk, database))
}

function compareDesk(world: World, desk: DeskWorld, { tickets }: DatabaseEvidence): Finding[] {
  const rows = tickets.filter((row) => row.desk === desk.id)
  const rowsByTicket = Map.groupBy(
    rows.filter(({ deskTicketId }) => deskTicketId !== null),
    ({ deskTicketId }) => deskTicketId,
  )
  const atDesk = new Map(desk.tickets.map((ticket) => [String(ticket.id), ticket]))
  return [
    ...rows.flatMap((row) => judgeRow(world, desk, row, atDesk.get(row.deskTicketId ?? ''))),
    ...desk.ours.flatMap((ticket) => judgeTicket(world, desk, ticket, rowsByTicket.get(String(ticket.id)) ?? [])),
  ]
}

function judgeRow(world: World, desk: DeskWorld, row: TicketRow, ticket: DeskTicket | undefined): Finding[] {
  const at = world.evidence.run.to
  const { computer, what } = row
  const found = (words: string): Finding[] => [
    {
      kind: 'database-differs',
      at,
      desk: desk.id,
      ticketId: ticket?.id ?? null,
      computer,
      what,
      words: `record ${row.id}: ${words}`,
    },
  ]
  if (row.stuck && !row.done && row.failure === null) return found('it is stuck and does not say why')
  if (row.done || row.phase !== 'open') return []
  if (row.deskTicketId === null) return found('it is open at the desk without an id there')
  if (ticket === undefined) return found(`the desk never had its ticket ${row.deskTicketId}`)
  if (String(ticket.companyId) !== row.account && row.reference !== ticket.reference) {
    return found(`ticket ${ticket.id} at the desk has another reference and account than we believe`)
  }
  const last = ticket.open.at(-1)
  if (last === undefined || last.endedBy === null) return []
  return isJustDone(world, desk, last.to)
    ? []
    : found(`it is open for us, and ended at the desk at ${isoOf(last.to)} (${last.endedBy})`)
}

function judgeTicket(world: World, desk: DeskWorld, ticket: DeskTicket, rows: readonly TicketRow[]): Finding[] {
  const at = world.evidence.run.to
  const { id: ticketId, computer, what } = ticket
  const found = (words: string): Finding[] => [
    { kind: 'database-differs', at, desk: desk.id, ticketId, computer, what, words },
  ]
  const last = ticket.open.at(-1)
  if (last === undefined || last.endedBy !== null) return []
  if (rows.length === 0) {
    return isJustDone(world, desk, ticket.createdAt)
      ? []
      : found('it is open at the desk, and our database does not know it')
  }
  const isWatched = rows.some(({ done, phase, outcome }) => (!done && phase === 'open') || outcome === 'given-up')
  if (isWatched || isTheirs(last) || isJustDone(world, desk, last.from)) return []
  return found('it is open at the desk, and over for us')
}

/** What a person opened again stays with them. */
function isTheirs({ begunBy }: OpenSpan): boolean {
  return begunBy === 'person'
}

/** Whether it is too short a time ago to be known, or could not be read since. */
function isJustDone(world: World, desk: DeskWorld, at: number): boolean {
  const { grace, run } = world.evidence
  const quiet = world.quiet.calling(desk.id)
  return covers(quiet, run.to) || advance(at, grace.noticeMs + grace.callMs, quiet) >= run.to
}
