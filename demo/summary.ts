import type { DeskTicket } from './desks/desk-ticket.ts'
import type { Verdict } from './verdict.ts'
import type { World } from './world.ts'

/** What became of the tickets, for a person: a table by desk and client. */

type Row = readonly [desk: string, client: string, ...counts: string[]]

const head: Row = ['desk', 'client', 'opened', 'closed by Tocsin', 'by people', 'open']

/** Lines of the summary. */
export function summarise({ parts }: Pick<World, 'parts'>, verdict: Verdict): string[] {
  const { ticketsOpened, ticketsClosed, ticketsOpen, tickets } = verdict
  const requests = parts.desks.reduce((sum, { emulator }) => sum + emulator.stats().requests, 0)
  const rows = parts.desks.flatMap(({ id, name }): Row[] =>
    [...Map.groupBy(ofDesk(tickets, id), ({ client }) => client)]
      .sort(([one], [other]) => one.localeCompare(other, 'en'))
      .map(([client, own]) => [name, client, ...countsOf(own)]),
  )
  return [
    `${ticketsOpened} tickets opened, ${ticketsClosed} closed by Tocsin, ${ticketsOpen} open; ${requests} requests to the desks`,
    ...toLines([head, ...rows, ['all', '', ...countsOf(tickets)]]),
  ]
}

function ofDesk(tickets: readonly DeskTicket[], id: string): DeskTicket[] {
  return tickets.filter(({ desk }) => desk === id)
}

/** By the last that happened to each ticket. What people voided or deleted is theirs too. */
function countsOf(tickets: readonly DeskTicket[]): string[] {
  const last = tickets.map(({ open }) => open.at(-1)?.endedBy ?? null)
  const byUs = last.filter((endedBy) => endedBy === 'api').length
  const open = last.filter((endedBy) => endedBy === null).length
  return [last.length, byUs, last.length - byUs - open, open].map(String)
}

function toLines(rows: readonly Row[]): string[] {
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    `  ${row.map((cell, n) => (n < 2 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0))).join('  ')}`.trimEnd(),
  )
}
