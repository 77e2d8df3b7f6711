import { levelRank } from './observation.ts'
import { type DeskFacts, type FieldValues, hasLooked, type Outcome, type Ticket } from './ticket.ts'

/**
 * The heart of the reconciler: what to do next with one ticket, and why. Pure: state and time in, one step and a named
 * reason out. The reason feeds the log, the metric and the console's "why?".
 */

export type StepReason =
  | 'begun'
  | 'delay-running'
  | 'outcome-unknown'
  | 'waiting-for-search'
  | 'waiting-for-outcome'
  | 'never-arrived'
  | 'ended-before-it-was-opened'
  | 'level-rose'
  | 'level-changed'
  | 'seen-again'
  | 'repeats-gathering'
  | 'ended'
  | 'nothing-to-do'
  | 'began-again-after-close'
  | 'closed-by-us'
  | 'closed-by-person'
  | 'deleted-by-person'
  | 'reopened-by-person'
  | 'given-up'
  | 'stuck'
  | 'backing-off'

export type Step =
  | { readonly do: 'create'; readonly reason: StepReason }
  | { readonly do: 'find'; readonly reason: StepReason }
  /** Without fields it only reads the ticket, to learn whether it is still open. */
  | { readonly do: 'update'; readonly reason: StepReason; readonly fields: FieldValues }
  | { readonly do: 'note'; readonly reason: StepReason; readonly checkFirst: boolean }
  | { readonly do: 'close'; readonly reason: StepReason }
  | { readonly do: 'wait'; readonly reason: StepReason; readonly until: Date }
  /** Our close came too late: the same thing began again. Ends this ticket and starts its successor. */
  | { readonly do: 'renew'; readonly reason: StepReason }
  | { readonly do: 'finish'; readonly reason: StepReason; readonly outcome: Outcome }
  | { readonly do: 'rest'; readonly reason: StepReason }

/** Chooses the next step. `finish` means that nothing will ever be done again; `rest` that something may change. */
export function nextStep(ticket: Ticket, facts: DeskFacts, now: Date): Step {
  const { desired, known } = ticket
  if (known.phase === 'gone' || known.phase === 'closed') return stepWhenOver(ticket)
  // A create that may have arrived is looked for first: the next ticket of this identity must know of it.
  const mayBeThere = known.phase === 'absent' && known.unsureSince !== null && !known.stuck
  if (desired.want === 'nothing' && !mayBeThere) return { do: 'finish', reason: 'given-up', outcome: 'given-up' }
  if (known.stuck) return { do: 'rest', reason: 'stuck' }
  if (known.retryAt !== null && known.retryAt > now) return { do: 'wait', reason: 'backing-off', until: known.retryAt }
  return known.phase === 'absent' ? stepWhileAbsent(ticket, facts, now) : stepWhileOpen(ticket, facts, now)
}

function stepWhenOver({ desired, known }: Ticket): Step {
  const byPerson = known.phase === 'gone' || known.closedBy === 'person'
  // What a person ended is left alone for as long as it holds; what comes after that needs a ticket of its own.
  if (desired.want === 'open' && (!byPerson || desired.repeats > known.repeatsTold)) {
    return { do: 'renew', reason: 'began-again-after-close' }
  }
  if (known.phase === 'gone') return { do: 'finish', reason: 'deleted-by-person', outcome: 'deleted-by-person' }
  return byPerson
    ? { do: 'finish', reason: 'closed-by-person', outcome: 'closed-by-person' }
    : { do: 'finish', reason: 'closed-by-us', outcome: 'closed-by-us' }
}

function stepWhileAbsent({ desired, known }: Ticket, facts: DeskFacts, now: Date): Step {
  if (known.unsureSince !== null) {
    const look = nextLook(known.unsureSince, known.lookedAt, facts.settleMs)
    if (look !== null) {
      return look <= now
        ? { do: 'find', reason: 'outcome-unknown' }
        : { do: 'wait', reason: 'waiting-for-search', until: look }
    }
  }
  if (desired.want === 'nothing') return { do: 'finish', reason: 'given-up', outcome: 'given-up' }
  if (desired.want === 'closed') {
    return { do: 'finish', reason: 'ended-before-it-was-opened', outcome: 'never-needed' }
  }
  if (desired.notBefore !== null && desired.notBefore > now) {
    return { do: 'wait', reason: 'delay-running', until: desired.notBefore }
  }
  return { do: 'create', reason: known.unsureSince === null ? 'begun' : 'never-arrived' }
}

/**
 * When to look for the ticket again after an attempt with unknown outcome: at once, then after doubling times, and for
 * the last time once the desk must show it. Null: it was looked for after that, so it does not exist.
 */
function nextLook(unsureSince: Date, lookedAt: Date | null, settleMs: number): Date | null {
  const settled = unsureSince.getTime() + settleMs
  if (lookedAt === null || lookedAt < unsureSince) return unsureSince
  if (lookedAt.getTime() >= settled) return null
  const elapsed = Math.max(lookedAt.getTime() - unsureSince.getTime(), 1_000)
  return new Date(Math.min(unsureSince.getTime() + 2 * elapsed, settled))
}

function stepWhileOpen({ desired, known }: Ticket, facts: DeskFacts, now: Date): Step {
  if (known.released) return { do: 'rest', reason: 'reopened-by-person' }
  if (desired.want === 'closed') return { do: 'close', reason: 'ended' }
  if (known.unsureSince !== null && !hasLooked(known)) {
    // Only what began again can follow a close of ours: then it is looked at once that close must have arrived.
    const look = new Date(known.unsureSince.getTime() + (desired.repeats > known.repeatsTold ? facts.settleMs : 0))
    return look <= now
      ? { do: 'update', reason: 'outcome-unknown', fields: {} }
      : { do: 'wait', reason: 'waiting-for-outcome', until: look }
  }
  const fields = risingFields(known.written ?? {}, desired.fields, facts.escalates)
  const rose = known.levelTold !== null && levelRank(desired.level) > levelRank(known.levelTold)
  if (rose && Object.keys(fields).length > 0) return { do: 'update', reason: 'level-rose', fields }
  const checkFirst = known.unsureSince !== null
  if (known.levelTold !== desired.level) return { do: 'note', reason: 'level-changed', checkFirst }
  if (desired.repeats > known.repeatsTold) {
    const quietUntil = known.repeatsToldAt === null ? null : known.repeatsToldAt.getTime() + facts.repeatNoteEveryMs
    if (quietUntil !== null && quietUntil > now.getTime()) {
      return { do: 'wait', reason: 'repeats-gathering', until: new Date(quietUntil) }
    }
    return { do: 'note', reason: 'seen-again', checkFirst }
  }
  return { do: 'rest', reason: 'nothing-to-do' }
}

function risingFields(written: FieldValues, wanted: FieldValues, escalates: readonly string[]): FieldValues {
  const entries = escalates.flatMap((key): [string, string][] => {
    const value = wanted[key]
    return value === undefined || value === written[key] ? [] : [[key, value]]
  })
  return Object.fromEntries(entries)
}
