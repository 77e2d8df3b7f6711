import { sideOf } from './cast.ts'
import type { DeskTicket } from './desks/desk-ticket.ts'
import { type Expectation, momentToDate, type Range, type Story, type TicketFilter } from './story-form.ts'
import type { Verdict } from './verdict.ts'
import type { World } from './world.ts'

/** Whether a story came out as it should, by the desks' own histories. */

/** Those of the tickets that fit. */
export function ticketsOf(filter: TicketFilter, tickets: readonly DeskTicket[]): DeskTicket[] {
  const { desk, client, clients, computer, what } = filter
  return tickets.filter(
    (ticket) =>
      (desk === undefined || ticket.desk === desk) &&
      (client === undefined || ticket.client === client) &&
      (clients === undefined || clients.includes(ticket.client)) &&
      (computer === undefined || ticket.computer === computer) &&
      (what === undefined || ticket.what === what),
  )
}

type Told = Pick<Verdict, 'tickets' | 'ticketsOpened'>

/** What of the story did not come out as it should, in words; empty when all is well. */
export function disappointments(world: Pick<World, 'parts'>, story: Story, verdict: Told): string[] {
  const words = story.expectations.flatMap((expectation) => disappointment(world, story, expectation, verdict.tickets))
  if (verdict.ticketsOpened < story.ticketsAtLeast) {
    words.push(`${verdict.ticketsOpened} tickets were opened, at least ${story.ticketsAtLeast} were expected`)
  }
  return words
}

function disappointment(
  world: Pick<World, 'parts'>,
  story: Story,
  expectation: Expectation,
  all: readonly DeskTicket[],
): string[] {
  const { say, from, to, answers, priority, place } = expectation
  const after = from === undefined ? Number.NEGATIVE_INFINITY : momentToDate(story, from).getTime()
  const before = to === undefined ? Number.POSITIVE_INFINITY : momentToDate(story, to).getTime()
  const within = (at: number) => at >= after && at < before
  const tickets = expectation.tickets === undefined ? [] : ticketsOf(expectation.tickets, all)
  const ends = tickets.flatMap(({ open }) => open).filter((span) => within(span.to))
  const endsBy = (endedBy: string) => ends.filter((span) => span.endedBy === endedBy).length
  const counts: readonly (readonly [what: string, count: number, wanted: Range | undefined])[] = [
    ['opened', tickets.filter(({ createdAt }) => within(createdAt)).length, expectation.opened],
    ['closed by Tocsin', endsBy('api'), expectation.closedByUs],
    ['closed by a person', endsBy('person'), expectation.closedByPerson],
    ['deleted', endsBy('deleted'), expectation.deleted],
    ['open', tickets.filter(({ open }) => open.at(-1)?.endedBy === null).length, expectation.open],
    [`answers ${answers?.status}`, answers === undefined ? 0 : answersOf(world, answers), answers?.count],
  ]
  return [
    ...counts.flatMap(([what, count, wanted]) =>
      wanted === undefined || fits(count, wanted) ? [] : [`${say}: ${count} ${what}, expected ${rangeWords(wanted)}`],
    ),
    ...others(
      say,
      'the priority',
      tickets.map((ticket) => ticket.priority),
      priority,
    ),
    ...others(
      say,
      'the place',
      tickets.map((ticket) => ticket.place),
      place,
    ),
  ]
}

function others(say: string, what: string, values: readonly string[], wanted: string | undefined): string[] {
  const wrong = wanted === undefined ? [] : values.filter((value) => value !== wanted)
  return wrong.length === 0 ? [] : [`${say}: ${wrong.length} without ${what} ${wanted}`]
}

function answersOf(world: Pick<World, 'parts'>, { of, status }: { of: string; status: number }): number {
  return sideOf(world, of).emulator.stats().byStatus[String(status)] ?? 0
}

function fits(count: number, range: Range): boolean {
  if (typeof range === 'number') return count === range
  return count >= (range.atLeast ?? 0) && count <= (range.atMost ?? Number.POSITIVE_INFINITY)
}

function rangeWords(range: Range): string {
  if (typeof range === 'number') return String(range)
  const { atLeast, atMost } = range
  return [atLeast === undefined ? '' : `at least ${atLeast}`, atMost === undefined ? '' : `at most ${atMost}`]
    .filter((part) => part !== '')
    .join(' and ')
}
