import { ConnectorError } from '../connectors/failure.ts'
import { type DrillPart, drillParts, nextDrillAt } from '../core/drill.ts'
import {
  type DrillPlanRow,
  type DrillRow,
  type DrillTicket,
  findDrillTicket,
  insertDrill,
  latestDrills,
  loadDrillPlan,
  saveDrill,
} from '../db/drills.ts'
import { type Duty, hurryDuty } from '../db/duties.ts'
import { withTransaction } from '../db/transaction.ts'
import { loadWatch } from '../db/watch.ts'
import { decisionWords } from './decision-words.ts'
import type { Deps } from './deps.ts'
import { drillComputer } from './own-sources.ts'
import { RequestError } from './request-error.ts'
import { readWatchSettings } from './watch-settings.ts'
import { mustLoadPsa, withDesk } from './with-desk.ts'

/** How soon a drill that runs is looked at again, and how often one that nobody scheduled. */
const lookEverySeconds = 1
const idleSeconds = 3_600

type Conducted = { readonly detail: object; readonly everySeconds: number }

/** What a look at the present part brings: it is done, it failed, or it takes longer (perhaps for this reason). */
type Look =
  | { readonly kind: 'done'; readonly ticketId?: number | null }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'wait'; readonly reason: string }

/**
 * Begins the drill of a desk when it is due, and takes a running one as far as it goes. The drill stands in the database, and
 * its ticket is the reconciler's: whatever is killed in between, the ticket is closed.
 */
export async function conductDrill(deps: Deps, duty: Duty): Promise<Conducted> {
  const plan = await loadDrillPlan(deps.pool, duty.subjectId)
  if (plan === null) return { detail: { gone: true }, everySeconds: idleSeconds }
  const [latest] = await latestDrills(deps.pool, plan.psaId, 1)
  const now = deps.clock.now()
  if (latest?.state === 'running') return goOn(deps, plan, latest)
  const at = nextDrillAt(plan.schedule, plan.createdAt, latest?.begunAt ?? null)
  if (at === null || at > now) {
    const seconds = at === null ? idleSeconds : (at.getTime() - now.getTime()) / 1_000
    return { detail: {}, everySeconds: Math.min(idleSeconds, Math.max(1, seconds)) }
  }
  const begun = await insertDrill(deps.pool, plan, 'schedule', now)
  if (begun === null) return { detail: {}, everySeconds: lookEverySeconds }
  deps.log.info({ psa: plan.psaName, drill: begun.id, askedBy: begun.askedBy }, 'drill begun')
  return goOn(deps, plan, begun)
}

async function goOn(deps: Deps, plan: DrillPlanRow, begun: DrillRow): Promise<Conducted> {
  let drill = begun
  while (drill.state === 'running') {
    const look = await lookAt(deps, plan, drill)
    const next = await follow(deps, drill, look)
    if (next === drill) return { detail: { drill: drill.id, part: drill.part }, everySeconds: lookEverySeconds }
    const kept = await withTransaction(deps.pool, async (client) => {
      if (!(await saveDrill(client, next))) return false
      // What holds at the source has changed, or has to be read for the first time.
      await hurryDuty(client, 'poll-computers', plan.sourceId, deps.clock.now())
      if (next.state !== 'running') await hurryDuty(client, 'watch-self', 0, deps.clock.now())
      return true
    })
    if (!kept) break
    drill = next
  }
  const { id, state, part, reason, times } = drill
  const fields = { psa: plan.psaName, drill: id, part, times }
  if (state === 'good') deps.log.info(fields, 'drill went well')
  if (state === 'failed') deps.log.error({ ...fields, reason }, 'drill failed')
  return { detail: { drill: id, state }, everySeconds: lookEverySeconds }
}

async function lookAt(deps: Deps, plan: DrillPlanRow, drill: DrillRow): Promise<Look> {
  if (drill.part === 'prepare') {
    if (plan.baselineAt !== null) return { kind: 'done' }
    return { kind: 'wait', reason: 'The source of drills was not read yet: see that a worker runs.' }
  }
  const ticket = await findDrillTicket(deps.pool, drill.tenantId, drillComputer(drill.id))
  if (ticket === null) return { kind: 'wait', reason: 'The condition was not seen yet: see that a worker runs.' }
  switch (drill.part) {
    case 'decide':
      if (ticket.outcome === 'open') return { kind: 'done', ticketId: ticket.ticketId }
      return { kind: 'failed', reason: decisionWords[ticket.reason as keyof typeof decisionWords] }
    case 'open':
      return lookAtOpening(ticket)
    case 'read-open':
      return readBack(deps, plan, ticket, 'open')
    case 'close':
      return lookAtClosing(ticket)
    case 'read-closed':
      return readBack(deps, plan, ticket, 'closed')
  }
}

function lookAtOpening(ticket: DrillTicket): Look {
  if (ticket.phase === 'open') return { kind: 'done' }
  if (ticket.stuck) return { kind: 'failed', reason: ticket.failure ?? 'The ticket is stuck.' }
  if (ticket.doneAt !== null) return { kind: 'failed', reason: 'The ticket was ended before it was opened.' }
  return { kind: 'wait', reason: ticket.failure ?? 'The ticket waits for its turn.' }
}

function lookAtClosing(ticket: DrillTicket): Look {
  if (ticket.stuck) return { kind: 'failed', reason: ticket.failure ?? 'The ticket is stuck.' }
  if (ticket.doneAt === null) return { kind: 'wait', reason: ticket.failure ?? 'The close waits for its turn.' }
  if (ticket.ticketOutcome === 'closed-by-us') return { kind: 'done' }
  return { kind: 'failed', reason: 'A person ended the ticket before Tocsin could: run the drill again.' }
}

/** Asks the desk itself, through the same client and governor as everything else. */
async function readBack(deps: Deps, plan: DrillPlanRow, ticket: DrillTicket, state: 'open' | 'closed'): Promise<Look> {
  const { deskTicketId, reference, accountId } = ticket
  if (deskTicketId === null) return { kind: 'failed', reason: 'The ticket has no id at the desk.' }
  try {
    const row = await mustLoadPsa(deps, plan.psaId)
    const seen = await withDesk(deps, row, ({ connector, context }) => connector.read(context, deskTicketId))
    if (seen.state !== state)
      return { kind: 'failed', reason: `The desk shows the ticket ${seen.state}, not ${state}.` }
    if (seen.reference !== reference)
      return { kind: 'failed', reason: 'The desk shows another reference than was written.' }
    if (seen.accountId !== accountId) return { kind: 'failed', reason: 'The desk shows the ticket at another account.' }
    return { kind: 'done' }
  } catch (error) {
    if (!(error instanceof RequestError)) throw error
    const failure = error.cause instanceof ConnectorError ? error.cause : null
    const passing = failure?.kind === 'later' || failure?.kind === 'limited'
    return { kind: passing ? 'wait' : 'failed', reason: error.message }
  }
}

/** The drill after a look; the same object when nothing changed. */
async function follow(deps: Deps, drill: DrillRow, look: Look): Promise<DrillRow> {
  const now = deps.clock.now()
  const times = { ...drill.times, [drill.part]: now.getTime() - drill.partBegunAt.getTime() }
  if (look.kind === 'failed') return { ...drill, state: 'failed', times, reason: look.reason, endedAt: now }
  if (look.kind === 'wait') {
    const { drillMinutes } = readWatchSettings(await loadWatch(deps.pool)).thresholds
    if (now.getTime() - drill.begunAt.getTime() < drillMinutes * 60_000) {
      return look.reason === drill.reason ? drill : noteReason(deps, drill, look.reason)
    }
    const reason = `It was not done after ${drillMinutes} minutes. ${look.reason}`
    return { ...drill, state: 'failed', times, reason, endedAt: now }
  }
  const ticketId = look.ticketId ?? drill.ticketId
  const next: DrillPart | undefined = drillParts[drillParts.indexOf(drill.part) + 1]
  if (next === undefined) return { ...drill, state: 'good', times, reason: '', ticketId, endedAt: now }
  return { ...drill, part: next, partBegunAt: now, times, reason: '', ticketId }
}

/** Keeps what a running part waits for, for who looks on; the drill itself stays where it is. */
async function noteReason(deps: Deps, drill: DrillRow, reason: string): Promise<DrillRow> {
  await saveDrill(deps.pool, { ...drill, reason })
  return drill
}
