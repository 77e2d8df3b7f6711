import { checkHistory } from '../checker/check-history.ts'
import type { Evidence } from '../checker/evidence.ts'
import type { Violation as Found, ViolationKind as FoundKind } from '../checker/violation.ts'
import type { DeskTicket } from './desks/desk-ticket.ts'
import type { WorldDesk } from './world-parts.ts'

/** What `checker/` finds in a run, counted in the words of the demo. */

const violationKinds = [
  /** Two tickets open at once for the same company, computer and reason. */
  'duplicates',
  /** Closed by us while it still held, or an event ticket, which is a person's to close. */
  'wronglyClosed',
  /** At a company that is not the computer's client. */
  'wrongClient',
  /** It held long enough, or happened, and never got a ticket. */
  'missing',
  /** Over for long, and the ticket is still open. */
  'lingering',
  /** A ticket for something that was not so. */
  'unfounded',
  /** Something that a person had changed was changed by us. */
  'overwritten',
  /** A desk was asked more, or more at once, than it grants. */
  'overAsked',
  /** Our database believes something else than the desk shows. */
  'unlikeDesk',
] as const

type ViolationKind = (typeof violationKinds)[number]

export type Violation = {
  readonly kind: ViolationKind
  readonly at: Date
  readonly ticketId: number | null
  readonly computer: string
  readonly words: string
}

export type Verdict = Readonly<Record<ViolationKind, number>> & {
  readonly ticketsOpened: number
  /** By the API user. */
  readonly ticketsClosed: number
  readonly ticketsOpen: number
  /** Of all desks. */
  readonly tickets: readonly DeskTicket[]
  readonly violations: readonly Violation[]
}

/** The demo's name for what the checker finds; null for what is told twice. */
const kinds: Readonly<Record<FoundKind, ViolationKind | null>> = {
  'same-reference': 'duplicates',
  'same-meaning': 'duplicates',
  missing: 'missing',
  lingering: 'lingering',
  'kept-by-filter': 'lingering',
  unfounded: 'unfounded',
  unreadable: 'unfounded',
  'wrong-account': 'wrongClient',
  'moved-account': 'wrongClient',
  'closed-while-holding': 'wronglyClosed',
  'closed-event': 'wronglyClosed',
  'closed-unread': 'wronglyClosed',
  'closed-on-bad-reading': null,
  overwritten: 'overwritten',
  reopened: 'overwritten',
  'touched-after-person': 'overwritten',
  'closed-reopened': 'overwritten',
  'too-many-at-once': 'overAsked',
  'over-budget': 'overAsked',
  'database-differs': 'unlikeDesk',
}

/** Judges a run. Throws `EvidenceError` when the evidence cannot be judged. */
export function judge(evidence: Evidence, desks: readonly WorldDesk[]): Verdict {
  const report = checkHistory(evidence)
  // A story has no place for a known gap either.
  const violations = [...report.violations, ...report.accepted].flatMap(toViolation)
  const count = (kind: ViolationKind) => violations.filter((violation) => violation.kind === kind).length
  const counts = Object.fromEntries(violationKinds.map((kind) => [kind, count(kind)])) as Record<ViolationKind, number>
  const { ticketsOpened, ticketsOpen } = report.counts
  const tickets = desks.flatMap((desk) => desk.tickets())
  const ends = tickets.flatMap(({ open }) => open.map(({ endedBy }) => endedBy))
  // Desks count references that were open twice themselves, whatever the titles.
  const doubled = desks.reduce((sum, { emulator }) => sum + emulator.stats().tickets.duplicates, 0)
  return {
    ...{ ticketsOpened, ticketsOpen, tickets, violations },
    ticketsClosed: ends.filter((endedBy) => endedBy === 'api').length,
    ...counts,
    duplicates: Math.max(counts.duplicates, doubled),
  }
}

/** What the last line of the demo says. */
export function countsOf(verdict: Verdict): Record<string, number> {
  const { ticketsOpened, ticketsClosed, ticketsOpen, duplicates, wronglyClosed } = verdict
  const first = { ticketsOpened, ticketsClosed, ticketsOpen, duplicates, wronglyClosed }
  return { ...first, ...Object.fromEntries(violationKinds.map((kind) => [kind, verdict[kind]])) }
}

function toViolation({ kind, at, ticketId, computer, what, desk, words }: Found): Violation[] {
  const known = kinds[kind]
  const place = desk === null ? '' : `${desk}, `
  return known === null
    ? []
    : [{ kind: known, at: new Date(at), ticketId, computer, words: `${place}“${what}”: ${words}` }]
}
