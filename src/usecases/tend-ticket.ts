import { ConnectorError, errorToFailure, mayStillRun } from '../connectors/failure.ts'
import type { HttpClient } from '../connectors/http.ts'
import type { PsaConnector, PsaContext } from '../connectors/psa.ts'
import type { Failure } from '../core/failure.ts'
import { laneOf } from '../core/lane.ts'
import { nextStep, type Step } from '../core/next-step.ts'
import { remember, type StepResult } from '../core/remember.ts'
import { noteText, openingText, resolutionText } from '../core/texts.ts'
import type { DeskFacts, FieldValues, Known, Ticket } from '../core/ticket.ts'
import { accountedTickets } from '../db/psas.ts'
import type { ClaimedTicket } from '../db/ticket-queue.ts'
import type { Remembered } from '../db/ticket-results.ts'
import type { Deps } from './deps.ts'
import type { Governor } from './governor.ts'
import { isTheirs, wasOurs, withoutEnded } from './who-closed.ts'

/** A desk in the hands of a worker. */
export type Desk = {
  readonly psaId: number
  readonly name: string
  readonly connector: PsaConnector
  readonly context: PsaContext<unknown>
  readonly governor: Pick<Governor, 'acquire'>
  readonly leaseMs: number
  /** Time in ms from the start of an attempt until its ticket must be found. */
  readonly settleMs: number
}

/** What came of one claimed ticket: something to remember, nothing begun, or a successor to start. */
export type Tended =
  | {
      readonly kind: 'remember'
      readonly remembered: Remembered
      readonly result: StepResult | null
      readonly requests: number
    }
  /** `refusal`: what the governor said, when it let nothing through. */
  | { readonly kind: 'release'; readonly lane: number; readonly refusal: Failure | null }
  | { readonly kind: 'renew' }

/** Takes one step with one claimed ticket. Never throws: what a call fails with becomes part of the ticket. */
export async function tendTicket(deps: Deps, desk: Desk, claimed: ClaimedTicket, signal: AbortSignal): Promise<Tended> {
  const facts: DeskFacts = {
    settleMs: desk.settleMs,
    repeatNoteEveryMs: claimed.repeatNoteEveryMs,
    escalates: desk.connector.ruleFields.filter(({ escalates }) => escalates === true).map(({ key }) => key),
  }
  const step = nextStep(claimed.ticket, facts, deps.clock.now())
  if (step.do === 'renew') return { kind: 'renew' }
  if (step.do === 'wait' || step.do === 'rest' || step.do === 'finish') {
    const remembered = settle(claimed, claimed.ticket.known, step, null)
    return { kind: 'remember', remembered, result: null, requests: 0 }
  }
  const startedAt = deps.clock.now()
  const deadline = claimed.leaseAt.getTime() + desk.leaseMs / 2
  const { lane } = claimed
  if (startedAt.getTime() > deadline) return { kind: 'release', lane, refusal: null }
  const watch = watchedClient(deps, desk, lane, deadline, signal)
  const begun = performance.now()
  const result = await attempt(deps, { ...desk.context, http: watch.http, signal }, desk, claimed, step, watch)
  if (result.did === 'fail' && watch.sent() === 0) {
    const refusal = watch.refusal()
    // Nothing was begun, and that says nothing about this ticket.
    if (signal.aborted || refusal !== null) return { kind: 'release', lane, refusal: signal.aborted ? null : refusal }
  }
  const now = deps.clock.now()
  const { desired, known } = claimed.ticket
  const after = remember(known, desired, step, result, startedAt, now)
  const then = nextStep({ desired, known: after }, facts, now)
  const outcome = result.did === 'fail' ? `${result.failure.kind}/${result.failure.reason}` : 'done'
  deps.meter.stepped(step.do, step.reason, outcome)
  const message = result.did === 'fail' ? result.failure.message : ''
  const log =
    result.did === 'fail' && result.failure.kind !== 'later' && result.failure.kind !== 'limited' ? 'warn' : 'info'
  deps.log[log](
    { psa: desk.name, ticketId: claimed.id, step: step.do, reason: step.reason, result: outcome, message },
    'tended',
  )
  const record = {
    name: step.do,
    reason: step.reason,
    result: outcome,
    message,
    at: startedAt,
    durationMs: performance.now() - begun,
  }
  const number = result.did === 'create' ? result.number : null
  const remembered = settle(claimed, after, then, record, number)
  return { kind: 'remember', remembered, result, requests: watch.sent() }
}

/** From what is known now to when the ticket is due again. */
function settle(
  claimed: ClaimedTicket,
  known: Known,
  then: Step,
  step: Remembered['step'],
  number: string | null = null,
): Remembered {
  const dueAt = then.do === 'rest' || then.do === 'finish' ? null : then.do === 'wait' ? then.until : claimed.leaseAt
  return {
    id: claimed.id,
    leaseAt: claimed.leaseAt,
    known,
    number,
    desiredVersion: claimed.desiredVersion,
    dueAt,
    lane: laneOf(claimed.ticket.desired, known),
    outcome: then.do === 'finish' ? then.outcome : null,
    step,
  }
}

type Watch = {
  http: HttpClient
  /** Requests that may have left. */
  sent(): number
  /** Why the governor, or the time, let the last request not through. */
  refusal(): Failure | null
}

/**
 * The desk's client for one ticket: every request passes the governor, and none is begun after the deadline, so that a
 * worker that slept cannot act on a lease that others have taken over.
 */
function watchedClient(deps: Deps, desk: Desk, lane: number, deadline: number, signal: AbortSignal): Watch {
  let sent = 0
  let refusal: Failure | null = null
  const mayBegin = () => deps.clock.isSure?.() !== false && deps.clock.now().getTime() <= deadline
  const refuse = (error: unknown): never => {
    if (error instanceof ConnectorError) refusal = errorToFailure(error)
    throw error
  }
  const http: HttpClient = {
    ...desk.context.http,
    async request(request) {
      const ask = { lane, begun: sent > 0 }
      const done = await desk.governor.acquire(request.endpoint, signal, ask).catch(refuse)
      let givenUp = false
      try {
        if (!mayBegin()) return refuse(new ConnectorError('later', 'busy', tooBusy))
        // Where a vendor counts no calls, it does nothing either: such a request only asks for the way.
        if (request.endpoint !== '') sent += 1
        return await desk.context.http.request({ ...request, mayBegin })
      } catch (error) {
        givenUp = mayStillRun(error)
        throw error
      } finally {
        done(givenUp)
      }
    },
  }
  return { http, sent: () => sent, refusal: () => refusal }
}

const tooBusy = 'Not begun: the desk was too busy for the time this worker had.'

type CallStep = Extract<Step, { do: 'create' | 'find' | 'update' | 'note' | 'close' }>

async function attempt(
  deps: Deps,
  context: PsaContext<unknown>,
  desk: Desk,
  claimed: ClaimedTicket,
  step: CallStep,
  watch: Watch,
): Promise<StepResult & { number?: string }> {
  try {
    return await call(deps, context, desk, claimed, step)
  } catch (error) {
    const failure = errorToFailure(error)
    // The close itself may have succeeded before a later request of the same step failed.
    const mayBeDone = step.do === 'close' && watch.sent() > 1 && failure.kind !== 'refused'
    return { did: 'fail', failure: mayBeDone ? { ...failure, outcome: 'unknown' } : failure }
  }
}

async function call(
  deps: Deps,
  context: PsaContext<unknown>,
  desk: Desk,
  claimed: ClaimedTicket,
  step: CallStep,
): Promise<StepResult & { number?: string }> {
  const { connector } = desk
  const { desired } = claimed.ticket
  const { reference, accountId, title, general } = claimed
  switch (step.do) {
    case 'create': {
      const description = openingText(claimed.description, desired.repeats)
      const draft = { reference, accountId, title, description, general, fields: desired.fields, at: deps.clock.now() }
      const created = await connector.create(context, draft)
      return { did: 'create', ticketId: created.ticketId, fields: desired.fields, number: created.number }
    }
    case 'find': {
      const accounted = await accountedTickets(deps.pool, desk.psaId, reference, claimed.id)
      const found = await connector.find(context, reference, accountId)
      const unaccounted = found.filter(({ ticketId }) => !accounted.has(ticketId))
      return { did: 'find', found: await withoutEnded(connector, context, claimed.ticket.known, unaccounted) }
    }
    case 'update': {
      const result = await updateUntouched(connector, context, claimed.ticket, step.fields)
      if (step.reason !== 'outcome-unknown') return result
      const { ticketId, state } = result.seen
      if (state === 'open')
        return (await isTheirs(connector, context, claimed.ticket.known)) ? { did: 'leave' } : result
      return { ...result, closedByUs: await wasOurs(deps.pool, desk, context, reference, ticketId) }
    }
    case 'note':
      return sendNote(connector, context, claimed, step)
    case 'close': {
      if (await isTheirs(connector, context, claimed.ticket.known)) return { did: 'leave' }
      const untold = desired.repeats - claimed.ticket.known.repeatsTold
      const resolution = resolutionText(claimed.what, claimed.endReason, deps.clock.now(), untold)
      const closed = await connector.close(context, deskTicketId(claimed.ticket), { resolution, general })
      return { did: 'close', ...closed }
    }
  }
}

/** Rewrites only the fields that still hold what we wrote last; what a person changed stays. */
async function updateUntouched(
  connector: PsaConnector,
  context: PsaContext<unknown>,
  ticket: Ticket,
  wanted: FieldValues,
): Promise<Extract<StepResult, { did: 'update' }>> {
  const ticketId = deskTicketId(ticket)
  const seen = await connector.read(context, ticketId)
  const written = Object.fromEntries(
    Object.entries(wanted).filter(([key]) => seen.fields[key] === ticket.known.written?.[key]),
  )
  if (seen.state === 'open' && Object.keys(written).length > 0) await connector.update(context, ticketId, written)
  return { did: 'update', written, seen }
}

/** Tells of a new level or of repeats; a ticket that a person closed meanwhile is told nothing. */
async function sendNote(
  connector: PsaConnector,
  context: PsaContext<unknown>,
  claimed: ClaimedTicket,
  step: Extract<Step, { do: 'note' }>,
): Promise<StepResult> {
  const { desired, known } = claimed.ticket
  const ticketId = deskTicketId(claimed.ticket)
  // What the note tells stands in its marker, so that another note of the same number is never taken for it.
  const marker = `${claimed.reference}#${claimed.id}.${known.notes + 1}.${desired.level}.${desired.repeats}`
  const seen = await connector.read(context, ticketId)
  if (seen.state === 'closed') {
    const { lastRepeatAt } = claimed
    const again = lastRepeatAt !== null && (seen.changedAt === null || lastRepeatAt > seen.changedAt)
    return { did: 'update', written: {}, seen, seenAgainSince: step.reason === 'seen-again' && again }
  }
  if (step.checkFirst && (await connector.hasNote(context, ticketId, marker))) return { did: 'note' }
  const text = noteText(step.reason, {
    what: claimed.what,
    level: desired.level,
    levelTold: known.levelTold,
    repeats: desired.repeats - known.repeatsTold,
    lastRepeatAt: claimed.lastRepeatAt,
    marker,
  })
  await connector.note(context, ticketId, { ...text, marker, general: claimed.general })
  return { did: 'note' }
}

function deskTicketId(ticket: Ticket): string {
  if (ticket.known.ticketId === null) throw new Error('A ticket that is open at the desk has no id there.')
  return ticket.known.ticketId
}
