import type { Decision, Ground } from '../core/decide.ts'
import { laneOf } from '../core/lane.ts'
import type { Level, TroubleLevel } from '../core/observation.ts'
import { closesText, fillTemplate, formatMinute, levelTitles, type TemplateFields } from '../core/texts.ts'
import type { TenantGround } from '../db/ground.ts'
import {
  changeTickets,
  insertDecisions,
  insertTickets,
  type NewTicket,
  type TicketChange,
  type UndoneTicket,
} from '../db/judgement.ts'
import type { Sql } from '../db/sql.ts'
import { referenceOf } from '../lib/ids.ts'
import type { Deps } from './deps.ts'

/** What a decision is about, with everything its ticket's texts need. */
export type TicketSubject = {
  readonly kind: 'condition' | 'event' | 'lasting'
  readonly conditionId: number | null
  readonly eventId: number | null
  readonly tenant: TenantGround
  /** The ticket of this identity that is not done. */
  readonly ticket: UndoneTicket | null
  readonly identity: string
  readonly sourceName: string
  readonly what: string
  readonly advice: string
  readonly detail: string
  readonly computerKey: string
  readonly computerName: string
  readonly link: string
  /** For events, the severity's own name; null: the level's name. */
  readonly levelTitle: string | null
  readonly since: Date
}

/** What of a tenant's ground decides. */
export function groundOf(tenant: TenantGround, now: Date): Ground {
  const integration = tenant.mapping?.integration
  return {
    mapped: integration !== undefined,
    paused: integration?.pausedUntil != null && integration.pausedUntil > now,
    rules: integration?.rules ?? {
      warning: new Map(),
      critical: new Map(),
      severity: new Map(),
      'event-type': new Map(),
    },
  }
}

/**
 * Stores decisions with their reasons and changes the desired half of the tickets they are about. `subjects` and
 * `decisions` go in step. Returns the desks that have something to do now.
 */
export async function writeDecisions(
  deps: Pick<Deps, 'installation' | 'log' | 'meter'>,
  sql: Sql,
  subjects: readonly TicketSubject[],
  decisions: readonly Decision[],
  now: Date,
): Promise<Set<number>> {
  const pairs = subjects.flatMap((subject, n) => {
    const decision = decisions[n]
    return decision === undefined ? [] : [{ subject, decision }]
  })
  const opening = pairs.flatMap((pair) => {
    const ticket = newTicket(deps.installation, pair.subject, pair.decision, now)
    return ticket === null ? [] : [{ pair, ticket }]
  })
  const ids = await insertTickets(
    sql,
    opening.map(({ ticket }) => ticket),
    now,
  )
  const opened = new Map(opening.map(({ pair }, n) => [pair, ids[n] ?? null]))
  const changes = pairs.flatMap(({ subject, decision }) => changeOf(subject, decision, now))
  await changeTickets(sql, mergeRepeats(changes), now)
  const rows = pairs.map((pair) => ({
    integrationId: pair.subject.tenant.mapping?.integration.id ?? null,
    conditionId: pair.subject.conditionId,
    eventId: pair.subject.eventId,
    ticketId: opened.get(pair) ?? pair.subject.ticket?.id ?? null,
    outcome: pair.decision.outcome,
    reason: pair.decision.reason,
  }))
  await insertDecisions(sql, rows, now)
  for (const [n, { subject }] of pairs.entries()) logDecision(deps, subject, rows[n])
  return new Set([
    ...opening.map(({ ticket }) => ticket.psaId),
    ...pairs.flatMap(({ subject, decision }) =>
      subject.ticket === null || decision.outcome === 'none' ? [] : [subject.ticket.psaId],
    ),
  ])
}

function logDecision(
  deps: Pick<Deps, 'log' | 'meter'>,
  subject: TicketSubject,
  row: { outcome: string; reason: string; ticketId: number | null } | undefined,
): void {
  if (row === undefined) return
  deps.meter.decided(row.outcome, row.reason)
  const { tenant, computerName, what, conditionId, eventId } = subject
  const fields = { client: tenant.tenantName, computer: computerName, what, conditionId, eventId, ...row }
  deps.log.info(fields, 'decided')
}

function newTicket(installation: string, subject: TicketSubject, decision: Decision, now: Date): NewTicket | null {
  const mapping = subject.tenant.mapping
  if (decision.outcome !== 'open' || mapping === null || decision.fields === undefined) return null
  const level = decision.level ?? 'warning'
  const delay = delayMs(decision)
  return {
    psaId: mapping.integration.psaId,
    integrationId: mapping.integration.id,
    tenantId: subject.tenant.tenantId,
    conditionId: subject.conditionId,
    eventId: subject.eventId,
    identity: subject.identity,
    reference: referenceOf(installation, subject.identity),
    accountId: mapping.accountId,
    what: subject.what,
    ...textsOf(subject, level, mapping.integration),
    general: mapping.integration.general,
    level,
    fields: decision.fields,
    notBefore: delay === 0 ? null : new Date(now.getTime() + delay),
    lane: laneOf({ want: 'open', level }, { phase: 'absent' }),
  }
}

function textsOf(
  subject: TicketSubject,
  level: Level,
  templates: { readonly titleTemplate: string; readonly descriptionTemplate: string },
): { title: string; description: string } {
  const fields = templateFieldsOf(subject, level)
  return {
    title: fillTemplate(templates.titleTemplate, fields).replaceAll('\n', ' '),
    description: fillTemplate(templates.descriptionTemplate, fields),
  }
}

/** The fields that templates may name, for one subject. */
export function templateFieldsOf(
  subject: Pick<
    TicketSubject,
    'kind' | 'what' | 'advice' | 'detail' | 'computerName' | 'levelTitle' | 'since' | 'sourceName' | 'link'
  > & {
    tenant: Pick<TenantGround, 'tenantName'>
  },
  level: Level,
): TemplateFields {
  return {
    level: subject.levelTitle ?? levelTitles[level],
    what: subject.what,
    computer: subject.computerName === '' ? subject.sourceName : subject.computerName,
    client: subject.tenant.tenantName,
    since: formatMinute(subject.since),
    detail: subject.detail,
    advice: subject.advice,
    closes: closesText(subject.kind, subject.what),
    source: subject.sourceName,
    link: subject.link,
  }
}

function delayMs(decision: Decision): number {
  return (decision.delayMinutes ?? 0) * 60_000
}

function changeOf(subject: TicketSubject, decision: Decision, now: Date): TicketChange[] {
  const { ticket } = subject
  if (ticket === null) return []
  const untouched = {
    id: ticket.id,
    want: null,
    notBefore: null,
    title: null,
    description: null,
    level: null,
    fields: null,
    endReason: null,
    conditionId: null,
    repeats: 0,
  }
  const level: TroubleLevel = decision.level ?? ticket.level
  const fields = decision.fields === undefined ? null : { ...ticket.fields, ...decision.fields }
  const lane = (want: 'open' | 'closed') => laneOf({ want, level }, ticket)
  const integration = subject.tenant.mapping?.integration
  // What is not at the desk yet is written for the level that it will be opened with.
  const texts = ticket.phase === 'absent' && integration !== undefined ? textsOf(subject, level, integration) : {}
  switch (decision.outcome) {
    case 'close':
      return [{ ...untouched, want: 'closed', endReason: decision.endReason ?? null, lane: lane('closed') }]
    case 'reclaim':
      return [
        { ...untouched, want: 'open', level, fields, conditionId: subject.conditionId, repeats: 1, lane: lane('open') },
      ]
    case 'raise': {
      const notBefore = decision.delayMinutes === undefined ? null : new Date(now.getTime() + delayMs(decision))
      return [{ ...untouched, ...texts, notBefore, level, fields, lane: lane('open') }]
    }
    case 'lower':
      return [{ ...untouched, ...texts, level, lane: lane('open') }]
    case 'repeat':
      return [{ ...untouched, repeats: 1, lane: lane('open') }]
    case 'open':
    case 'keep':
    case 'none':
      return []
  }
}

/** Several repeats of one ticket in one batch become one change. */
function mergeRepeats(changes: readonly TicketChange[]): TicketChange[] {
  const merged = new Map<number, TicketChange>()
  for (const change of changes) {
    const before = merged.get(change.id)
    merged.set(change.id, before === undefined ? change : { ...change, repeats: before.repeats + change.repeats })
  }
  return [...merged.values()]
}
