import type { CheckResult } from './check.ts'
import type { DeskTicket } from './desk-record.ts'
import type { Stage } from './stage.ts'
import { type Expectation, momentToDate, type Story, type TicketFilter } from './story-form.ts'

/** Whether a story came out as it should, by the desk's own history. */

/** Those of the tickets that fit. */
export function ticketsOf(stage: Stage, filter: TicketFilter, tickets: readonly DeskTicket[]): DeskTicket[] {
  const companyId = filter.client === undefined ? undefined : stage.names.companyId(filter.client)
  return tickets.filter(
    (ticket) =>
      (companyId === undefined || ticket.companyId === companyId) &&
      (filter.computer === undefined || ticket.computer === filter.computer) &&
      (filter.what === undefined || ticket.what === filter.what),
  )
}

/** What of the story did not come out as it should, in words; empty when all is well. */
export function disappointments(stage: Stage, story: Story, result: CheckResult): string[] {
  const words = story.expectations.flatMap((expectation) => disappointment(stage, story, expectation, result.tickets))
  if (result.ticketsOpened < story.ticketsAtLeast) {
    words.push(`${result.ticketsOpened} tickets were opened, at least ${story.ticketsAtLeast} were expected`)
  }
  return words
}

function disappointment(stage: Stage, story: Story, expectation: Expectation, all: readonly DeskTicket[]): string[] {
  const { say, from, to, answers, priority } = expectation
  const after = from === undefined ? Number.NEGATIVE_INFINITY : momentToDate(story, from).getTime()
  const before = to === undefined ? Number.POSITIVE_INFINITY : momentToDate(story, to).getTime()
  const within = (at: number) => at >= after && at < before
  const tickets = expectation.tickets === undefined ? [] : ticketsOf(stage, expectation.tickets, all)
  const ends = tickets.flatMap(({ open }) => open).filter((span) => within(span.to))
  const endsBy = (endedBy: string) => ends.filter((span) => span.endedBy === endedBy).length
  const counts: readonly (readonly [what: string, count: number, wanted: Expectation['opened']])[] = [
    ['opened', tickets.filter(({ createdAt }) => within(createdAt)).length, expectation.opened],
    ['closed by Tocsin', endsBy('api'), expectation.closedByUs],
    ['closed by a person', endsBy('person'), expectation.closedByPerson],
    ['deleted', endsBy('deleted'), expectation.deleted],
    ['open', tickets.filter(({ open }) => open.at(-1)?.endedBy === null).length, expectation.open],
    [`answers ${answers?.status}`, answers === undefined ? 0 : answersOf(stage, answers), answers?.count],
  ]
  const wrong = counts.flatMap(([what, count, wanted]) =>
    wanted === undefined || fits(count, wanted) ? [] : [`${say}: ${count} ${what}, expected ${rangeWords(wanted)}`],
  )
  if (priority === undefined) return wrong
  const others = tickets.filter((ticket) => stage.names.label('priority', ticket.priority) !== priority)
  return others.length === 0 ? wrong : [...wrong, `${say}: ${others.length} without the priority ${priority}`]
}

function answersOf(stage: Stage, { of, status }: { of: 'ksc' | 'autotask'; status: number }): number {
  return stage[of].stats().byStatus[String(status)] ?? 0
}

function fits(count: number, range: NonNullable<Expectation['opened']>): boolean {
  if (typeof range === 'number') return count === range
  return count >= (range.atLeast ?? 0) && count <= (range.atMost ?? Number.POSITIVE_INFINITY)
}

function rangeWords(range: NonNullable<Expectation['opened']>): string {
  if (typeof range === 'number') return String(range)
  const { atLeast, atMost } = range
  return [atLeast === undefined ? '' : `at least ${atLeast}`, atMost === undefined ? '' : `at most ${atMost}`]
    .filter((part) => part !== '')
    .join(' and ')
}
