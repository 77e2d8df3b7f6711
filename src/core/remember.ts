import type { Failure } from './failure.ts'
import type { Step } from './next-step.ts'
import { type Desired, type FieldValues, hasLooked, type Known, type TicketSeen } from './ticket.ts'

/**
 * What we know of a ticket after a step was tried. Pure counterpart of `nextStep`: together they are the reconciler, and
 * the property tests run them against a simulated desk.
 */

export type StepResult =
  | { readonly did: 'create'; readonly ticketId: string; readonly fields: FieldValues }
  /** Tickets with our reference that no other record of ours accounts for. */
  | { readonly did: 'find'; readonly found: readonly TicketSeen[] }
  /** `written`: the fields that were written; those a person had changed were left alone. */
  | {
      readonly did: 'update'
      readonly written: FieldValues
      readonly seen: TicketSeen
      /** It is closed, and the same thing was seen again after that. */
      readonly seenAgainSince?: boolean
      /** It is closed, and by us, although nothing here knows of it. */
      readonly closedByUs?: boolean
    }
  | { readonly did: 'note' }
  /** `wasOpen` is false when it was closed already before we touched it. */
  | { readonly did: 'close'; readonly seen: TicketSeen; readonly wasOpen: boolean }
  /** We had closed it, which nothing here knows any more, and a person opened it again: it is theirs. */
  | { readonly did: 'leave' }
  | { readonly did: 'fail'; readonly failure: Failure }

/** Closes that the desk undid before a person is asked. */
const closesBeforeStuck = 5
/** How far a desk's clock may be behind ours, in ms. */
const clocksDifferMs = 600_000
/** Least time in ms to hold back when a desk asks for it. */
const leastHoldMs = 1_000

/** `startedAt` is the moment the call was begun: an unknown outcome counts from there. */
export function remember(
  known: Known,
  desired: Desired,
  step: Step,
  result: StepResult,
  startedAt: Date,
  now: Date,
): Known {
  if (result.did === 'fail') {
    return {
      ...rememberFailure(known, desired, step, result.failure, startedAt, now),
      ...attempted(desired, step, result.failure),
    }
  }
  const calm: Known = { ...known, failures: 0, failure: null, retryAt: null, unsureSince: null, lookedAt: null }
  switch (result.did) {
    case 'create':
      return {
        ...calm,
        phase: 'open',
        ticketId: result.ticketId,
        written: result.fields,
        levelTold: desired.level,
        repeatsTold: desired.repeats,
        repeatsToldAt: now,
      }
    case 'find':
      return rememberFound({ ...calm, unsureSince: known.unsureSince }, desired, result.found, startedAt, now)
    case 'update': {
      if (result.seen.state === 'closed') {
        if (result.closedByUs === true) return { ...calm, phase: 'closed', closedBy: 'us' }
        const ended = { ...calm, ...endedBeforeUs(known, desired) }
        return result.seenAgainSince === true ? { ...ended, repeatsTold: known.repeatsTold } : ended
      }
      // Fields that a person changed count as written too: the wish was considered and the person's choice stays.
      const considered = step.do === 'update' ? step.fields : {}
      // Whether a note arrived is still to be asked, so what is unsure stays so.
      const { unsureSince } = known
      const lookedAt = unsureSince === null ? null : startedAt
      return { ...calm, unsureSince, lookedAt, written: { ...known.written, ...considered } }
    }
    case 'leave':
      return { ...calm, released: true }
    case 'note':
      return {
        ...calm,
        notes: known.notes + 1,
        levelTold: desired.level,
        repeatsTold: desired.repeats,
        repeatsToldAt: now,
      }
    case 'close':
      if (result.seen.state === 'open') return rememberReopened(known, now)
      // After an unknown outcome the close that is found is taken for our own.
      if (result.wasOpen || !hasLooked(known)) return { ...calm, phase: 'closed', closedBy: 'us' }
      return { ...calm, ...endedBeforeUs(known, desired) }
  }
}

/** What a create of unknown outcome said: if its ticket is found, this is what stands in it. */
function attempted(desired: Desired, step: Step, failure: Failure): Partial<Known> {
  if (step.do !== 'create' || failure.outcome !== 'unknown') return {}
  return { written: desired.fields, levelTold: desired.level, repeatsTold: desired.repeats }
}

/**
 * A ticket that was found closed or gone. A close of ours with unknown outcome may have done it after the same thing
 * began again: that counts as a repeat, and no repeat is told of before the outcome was looked at, so without one our
 * call was no close. Repeats until then end with a ticket that a person closed; later ones are for its successor.
 */
function endedBeforeUs(known: Known, desired: Desired): Partial<Known> {
  const maybeOurs = !hasLooked(known) && desired.repeats > known.repeatsTold
  return maybeOurs
    ? { phase: 'closed', closedBy: 'us' }
    : { phase: 'closed', closedBy: 'person', repeatsTold: desired.repeats }
}

function rememberFound(calm: Known, desired: Desired, found: readonly TicketSeen[], startedAt: Date, now: Date): Known {
  const open = found.find((ticket) => ticket.state === 'open')
  const seen = open ?? found.find((ticket) => mayBeOfAttempt(ticket, calm.unsureSince))
  // The answer may be long in coming, and tells of the moment when it was asked.
  if (seen === undefined) return { ...calm, lookedAt: startedAt }
  const adopted: Known = {
    ...calm,
    phase: 'open',
    ticketId: seen.ticketId,
    // Not what the desk shows now: a person may have changed it already.
    written: calm.written ?? desired.fields,
    levelTold: calm.levelTold ?? desired.level,
    repeatsToldAt: now,
  }
  return { ...adopted, ...(open === undefined ? endedBeforeUs(adopted, desired) : {}), unsureSince: null }
}

/**
 * A closed ticket that nobody touched since the attempt began is of an earlier time (a database restored from an older
 * copy knows nothing of it), not one that a person closed just now.
 */
export function mayBeOfAttempt({ changedAt }: Pick<TicketSeen, 'changedAt'>, unsureSince: Date | null): boolean {
  return changedAt === null || unsureSince === null || changedAt.getTime() >= unsureSince.getTime() - clocksDifferMs
}

/** The desk took our close and yet says open: one of its own rules undid it. */
function rememberReopened(known: Known, now: Date): Known {
  // Failures of other kinds in between say nothing about the desk's rules.
  const failures = known.failure?.kind === 'refused' ? known.failures + 1 : 1
  return {
    // An earlier call of unknown outcome may still arrive, so what was unsure stays so.
    ...known,
    failures,
    failure: {
      kind: 'refused',
      reason: 'invalid-value',
      outcome: 'not-done',
      message:
        'The desk accepted the closed status and then showed the ticket open: look for a workflow rule that undoes it.',
      until: null,
    },
    retryAt: new Date(now.getTime() + backOffMs(failures)),
    stuck: failures >= closesBeforeStuck,
  }
}

function rememberFailure(
  known: Known,
  desired: Desired,
  step: Step,
  failure: Failure,
  startedAt: Date,
  now: Date,
): Known {
  const unknown = failure.outcome === 'unknown' && !onlyReads(step)
  const unsure: Partial<Known> = unknown ? { unsureSince: startedAt, lookedAt: null } : {}
  const failures = known.failures + 1
  switch (failure.kind) {
    case 'gone':
      // Nothing can be gone that was never there: whatever the desk means by it, a person must look.
      if (known.phase === 'absent') return { ...known, ...unsure, failures, failure, stuck: true, retryAt: null }
      return { ...known, ...unsure, ...endedBeforeUs(known, desired), phase: 'gone', failure }
    case 'refused':
      return { ...known, ...unsure, failures, failure, stuck: true, retryAt: null }
    case 'limited': {
      // A moment that has passed already would have us ask again and again without a pause.
      const until = failure.until?.getTime() ?? now.getTime() + backOffMs(1)
      return { ...known, ...unsure, failure, retryAt: new Date(Math.max(until, now.getTime() + leastHoldMs)) }
    }
    case 'denied':
    case 'later':
      return { ...known, ...unsure, failures, failure, retryAt: new Date(now.getTime() + backOffMs(failures)) }
  }
}

/** A call that changes nothing leaves nothing unsure, whatever became of it. */
function onlyReads(step: Step): boolean {
  return step.do === 'find' || (step.do === 'update' && Object.keys(step.fields).length === 0)
}

/** Milliseconds to wait after the n-th failure in a row: 2 s, doubled each time, at most 5 minutes. */
export function backOffMs(failures: number): number {
  return Math.min(2_000 * 2 ** Math.min(failures - 1, 10), 300_000)
}

/**
 * What a person did at the desk, as read back from it; null when it tells nothing new. `seen` is null for a ticket that
 * is no longer there. A ticket that a person closed and opened again while it still `holds` is ours as before; one that we had
 * closed is theirs.
 */
export function noticePerson(known: Known, seen: TicketSeen | null, holds: boolean): Known | null {
  if (known.phase === 'open' && seen?.state !== 'open') {
    // It may have been a call of ours: the reconciler is about to look, and tells the two apart.
    if (!hasLooked(known)) return null
    return seen === null ? { ...known, phase: 'gone' } : { ...known, phase: 'closed', closedBy: 'person' }
  }
  if (known.phase === 'closed' && seen?.state === 'open') {
    return { ...known, phase: 'open', closedBy: null, released: !(holds && known.closedBy === 'person') }
  }
  return null
}
