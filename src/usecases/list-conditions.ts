import type { EndReason } from '../core/condition.ts'
import type { Severity, TroubleLevel } from '../core/observation.ts'
import type { Deps } from './deps.ts'
import { containsPattern, type Page, type PageInput, pageOf } from './paging.ts'
import { type TicketState, ticketState } from './ticket-view.ts'

export type ListConditions = PageInput & {
  /** Absent: those that hold. */
  readonly state?: 'holding' | 'ended' | 'any' | undefined
  readonly sourceId?: number | undefined
  readonly tenantId?: number | undefined
  readonly level?: TroubleLevel | undefined
  /** Part of the computer's name. */
  readonly computer?: string | undefined
  readonly statusKey?: string | undefined
}

export type ConditionView = {
  readonly id: number
  readonly sourceId: number
  readonly tenantId: number
  readonly tenantName: string
  readonly computerName: string
  readonly statusKey: string
  readonly title: string
  /** What the security product itself says about it. */
  readonly text: string
  readonly link: string
  readonly level: TroubleLevel
  readonly beganAt: Date
  /** It held when its tenant was first read, so it opened no ticket by itself. */
  readonly heldBefore: boolean
  /** Since when a Critical level may hide it. */
  readonly hiddenSince: Date | null
  readonly endedAt: Date | null
  readonly endReason: EndReason | null
  /** Of an event that has an end; null for a status of a computer. */
  readonly eventSeverity: Severity | null
  /** The latest ticket for it. */
  readonly ticket: {
    readonly id: number
    readonly state: TicketState
    readonly stuck: boolean
    readonly deskNumber: string | null
  } | null
}

/** Status descriptions that hold, or held, on computers; newest first. */
export async function listConditions(deps: Deps, input: ListConditions): Promise<Page<ConditionView>> {
  let query = conditionQuery(deps)
  if (input.state === undefined || input.state === 'holding') query = query.where('c.ended_at', 'is', null)
  if (input.state === 'ended') query = query.where('c.ended_at', 'is not', null)
  if (input.sourceId !== undefined) query = query.where('c.source_id', '=', input.sourceId)
  if (input.tenantId !== undefined) query = query.where('c.tenant_id', '=', input.tenantId)
  if (input.level !== undefined) query = query.where('c.level', '=', input.level)
  if (input.statusKey !== undefined) query = query.where('c.status_key', '=', input.statusKey)
  if (input.computer !== undefined) query = query.where('c.computer_name', 'ilike', containsPattern(input.computer))
  if (input.cursor !== undefined) query = query.where('c.id', '<', input.cursor)
  const rows = await query
    .orderBy('c.id', 'desc')
    .limit(input.limit + 1)
    .execute()
  return pageOf(
    rows.map((row) => toView(deps, row)),
    input.limit,
  )
}

/** One condition as it is shown; null when there is none. */
export async function findConditionView(deps: Deps, id: number): Promise<ConditionView | null> {
  const row = await conditionQuery(deps).where('c.id', '=', id).executeTakeFirst()
  return row === undefined ? null : toView(deps, row)
}

function conditionQuery(deps: Deps) {
  return deps.db
    .selectFrom('conditions as c')
    .innerJoin('tenants as t', 't.id', 'c.tenant_id')
    .innerJoin('sources as s', 's.id', 'c.source_id')
    .leftJoinLateral(
      ({ selectFrom }) =>
        selectFrom('tickets as x')
          .select(['x.id', 'x.want', 'x.phase', 'x.stuck', 'x.done_at', 'x.desk_number'])
          .whereRef('x.condition_id', '=', 'c.id')
          .orderBy('x.id', 'desc')
          .limit(1)
          .as('k'),
      (join) => join.onTrue(),
    )
    .selectAll('c')
    .select(['t.name as tenant_name', 's.connector', 'k.id as ticket_id', 'k.want', 'k.phase'])
    .select(['k.stuck', 'k.done_at', 'k.desk_number'])
}

type Row = Awaited<ReturnType<ReturnType<typeof conditionQuery>['execute']>>[number]

function toView(deps: Deps, row: Row): ConditionView {
  const { ticket_id: ticketId, want, phase, stuck, done_at } = row
  return {
    id: row.id,
    sourceId: row.source_id,
    tenantId: row.tenant_id,
    tenantName: row.tenant_name,
    computerName: row.computer_name,
    statusKey: row.status_key,
    title: deps.sources.get(row.connector)?.describeStatus(row.status_key).title ?? row.status_key,
    text: row.text,
    link: row.link,
    level: row.level,
    beganAt: row.began_at,
    heldBefore: row.held_before,
    hiddenSince: row.hidden_since,
    endedAt: row.ended_at,
    endReason: row.end_reason,
    eventSeverity: row.event_severity,
    ticket:
      ticketId === null || want === null || phase === null
        ? null
        : {
            id: ticketId,
            state: ticketState({ want, phase, done_at }),
            stuck: stuck === true && done_at === null,
            deskNumber: row.desk_number || null,
          },
  }
}
