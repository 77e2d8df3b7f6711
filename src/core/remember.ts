import type { Failure } from './failure.ts'
import type { Step } from './next-step.ts'
import type { Desired, FieldValues, Known, TicketSeen } from './ticket.ts'

/**
 * What we know of a ticket after a step was tried. Pure counterpart of `nextStep`: together they are the reconciler, and
 * the property tests run them against a simulated desk.
 */

export type StepResult =
  | { readonly did: 'create'; readonly ticketId: string; readonly fields: FieldValues }
  /** Tickets with our reference that no other record of ours accounts for. */
  | { readonly did: 'find'; readonly found: readonly TicketSeen[] }
  /** `written`: the fields that were written; those a person had changed were left alone. */
  | { readonly did: 'update'; readonly written: FieldValues; readonly seen: TicketSeen }
  | { readonly did: 'note' }
  /** `wasOpen` is false when it was closed already before we touched it. */
  | { readonly did: 'close'; readonly seen: TicketSeen; readonly wasOpen: boolean }
  | { readonly did: 'fail'; readonly failure: Failure }

/** Closes that the desk undid before a person is asked. */
const closesBeforeStuck = 5

/** `startedAt` is the moment the call was begun: an unknown outcome counts from there. */
export function remember(
  known: Known,
  desired: Desired,
  step: Step,
  result: StepResult,
  startedAt: Date,
  now: Date,
): Known {
  if (result.did === 'fail') return rememberFailure(known, result.failure, startedAt, now)
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
      return rememberFound({ ...calm, unsureSince: known.unsureSince }, desired, result.found, now)
    case 'update': {
      if (result.seen.state === 'closed') return { ...calm, phase: 'closed', closedBy: 'person' }
      // Fields that a person changed count as written too: the wish was considered and the person's choice stays.
      const considered = step.do === 'update' ? step.fields : {}
      return { ...calm, written: { ...known.written, ...considered } }
    }
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
      return { ...calm, phase: 'closed', closedBy: result.wasOpen || known.unsureSince !== null ? 'us' : 'person' }
  }
}

function rememberFound(calm: Known, desired: Desired, found: readonly TicketSeen[], now: Date): Known {
  const open = found.find((ticket) => ticket.state === 'open')
  const seen = open ?? found[0]
  if (seen === undefined) return { ...calm, lookedAt: now }
  return {
    ...calm,
    unsureSince: null,
    phase: open === undefined ? 'closed' : 'open',
    closedBy: open === undefined ? 'person' : null,
    ticketId: seen.ticketId,
    written: { ...desired.fields, ...seen.fields },
    levelTold: desired.level,
    repeatsTold: desired.repeats,
    repeatsToldAt: now,
  }
}

/** The desk took our close and yet says open: one of its own rules undid it. */
function rememberReopened(known: Known, now: Date): Known {
  const failures = known.failures + 1
  return {
    ...known,
    unsureSince: null,
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

function rememberFailure(known: Known, failure: Failure, startedAt: Date, now: Date): Known {
  const unsure: Partial<Known> = failure.outcome === 'unknown' ? { unsureSince: startedAt, lookedAt: null } : {}
  const failures = known.failures + 1
  switch (failure.kind) {
    case 'gone':
      return { ...known, ...unsure, phase: 'gone', failure }
    case 'refused':
      return { ...known, ...unsure, failures, failure, stuck: true, retryAt: null }
    case 'limited':
      return { ...known, ...unsure, failure, retryAt: failure.until ?? new Date(now.getTime() + backOffMs(1)) }
    case 'denied':
    case 'later':
      return { ...known, ...unsure, failures, failure, retryAt: new Date(now.getTime() + backOffMs(failures)) }
  }
}

/** Milliseconds to wait after the n-th failure in a row: 2 s, doubled each time, at most 5 minutes. */
export function backOffMs(failures: number): number {
  return Math.min(2_000 * 2 ** Math.min(failures - 1, 10), 300_000)
}

/** What a person did at the desk, as read back from it; null when it tells nothing new. */
export function noticePerson(known: Known, seen: TicketSeen): Known | null {
  if (known.phase === 'open' && seen.state === 'closed') return { ...known, phase: 'closed', closedBy: 'person' }
  if (known.phase === 'closed' && seen.state === 'open') {
    return { ...known, phase: 'open', closedBy: null, released: true }
  }
  return null
}
