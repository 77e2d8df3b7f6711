/** What the checker finds, in a form that a person can follow. */

export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8'

/** What may be wrong, by invariant; each with its meaning. */
export const violationKinds = {
  /** Two tickets with one reference were open at once. */
  'same-reference': 'I1',
  /** Two tickets for the same computer and reason were open at once, whatever their references. */
  'same-meaning': 'I1',
  /** It held long enough (or happened) with its rule on, and never got a ticket. */
  missing: 'I2',
  /** It is over for long, and the ticket is still open. */
  lingering: 'I2',
  /** A ticket for something that was not so. */
  unfounded: 'I2',
  /** A ticket of ours whose texts do not tell what it is about. */
  unreadable: 'I2',
  /** Our database and the desk tell different things at the end. */
  'database-differs': 'I2',
  /** Closed by us while it held all the time. */
  'closed-while-holding': 'I3',
  /** An event ticket is a person's to close. */
  'closed-event': 'I3',
  /** A field that a person had changed was changed by us. */
  overwritten: 'I4',
  /** We opened again what was closed. */
  reopened: 'I4',
  /** We wrote into a ticket that a person had closed. */
  'touched-after-person': 'I4',
  /** We closed what a person had opened again, although it had not begun again. */
  'closed-reopened': 'I4',
  /** Not at the account that the mapping named when it was decided. */
  'wrong-account': 'I5',
  /** We moved a ticket to another account. */
  'moved-account': 'I5',
  /** More calls at once than granted. */
  'too-many-at-once': 'I6',
  /** More requests in an hour than granted. */
  'over-budget': 'I6',
  /** Closed although no whole reading can have said that it was over. */
  'closed-unread': 'I7',
  /** Closed while it held, when the readings were failing. */
  'closed-on-bad-reading': 'I7',
  /** Over for long, and a rule, a silence or a mapping kept its ticket open. */
  'kept-by-filter': 'I8',
} as const satisfies Record<string, Invariant>

export type ViolationKind = keyof typeof violationKinds

/** One event that led to it. */
export type TrailLine = { readonly at: number; readonly where: string; readonly words: string }

export type Violation = {
  readonly invariant: Invariant
  readonly kind: ViolationKind
  /** In ms since 1970. */
  readonly at: number
  readonly desk: string | null
  readonly ticketId: number | null
  readonly computer: string
  /** Status description or event; empty when it is about neither. */
  readonly what: string
  readonly words: string
  /** What happened to the computer and the tickets, oldest first. */
  readonly trail: readonly TrailLine[]
}

/** A violation without its trail, as the checks find it. */
export type Finding = Omit<Violation, 'invariant' | 'trail'> & {
  /** Tickets that belong to it beside `ticketId`. */
  readonly others?: readonly number[]
  /** Name of a known gap that it is: counted, and no violation. */
  readonly accepted?: string
}

/** The invariant that a kind breaks. */
export function invariantOf(kind: ViolationKind): Invariant {
  return violationKinds[kind]
}

/** A violation as a page of a report. */
export function violationToText(violation: Violation): string {
  const { invariant, kind, at, desk, ticketId, computer, what, words, trail } = violation
  const place = [
    desk === null ? '' : `desk ${desk}`,
    ticketId === null ? '' : `ticket ${ticketId}`,
    computer === '' ? '' : `computer ${computer}`,
    what === '' ? '' : `“${what}”`,
  ]
  const head = `${invariant} ${kind} at ${isoOf(at)}: ${words}`
  const lines = trail.map((line) => `    ${isoOf(line.at)}  ${line.where}: ${line.words}`)
  return [head, `  ${place.filter((part) => part !== '').join(', ')}`, ...lines].join('\n')
}

/** A moment as people read it; those without an end or a beginning too. */
export function isoOf(at: number): string {
  if (Number.isFinite(at)) return new Date(at).toISOString()
  return at > 0 ? 'never' : 'from the start'
}
