import type { Severity } from '../core/observation.ts'
import type { Deps } from './deps.ts'
import { containsPattern, type Page, type PageInput, pageOf } from './paging.ts'

export type ListEvents = PageInput & {
  readonly sourceId?: number | undefined
  readonly tenantId?: number | undefined
  readonly severity?: Severity | undefined
  readonly type?: string | undefined
  /** Part of the computer's name. */
  readonly computer?: string | undefined
}

export type EventView = {
  readonly id: number
  readonly sourceId: number
  readonly tenantId: number
  readonly tenantName: string
  readonly type: string
  readonly typeName: string
  readonly severity: Severity
  readonly computerName: string
  readonly text: string
  /** By the source's clock. */
  readonly happenedAt: Date
  readonly receivedAt: Date
  /** The ticket that was made for it, or that it was counted on. */
  readonly ticketId: number | null
}

/** Events at Warning and above, the latest received first. */
export async function listEvents(deps: Deps, input: ListEvents): Promise<Page<EventView>> {
  let query = eventQuery(deps)
  if (input.sourceId !== undefined) query = query.where('e.source_id', '=', input.sourceId)
  if (input.tenantId !== undefined) query = query.where('e.tenant_id', '=', input.tenantId)
  if (input.severity !== undefined) query = query.where('e.severity', '=', input.severity)
  if (input.type !== undefined) query = query.where('e.type', '=', input.type)
  if (input.computer !== undefined) query = query.where('e.computer_name', 'ilike', containsPattern(input.computer))
  if (input.cursor !== undefined) query = query.where('e.id', '<', input.cursor)
  const rows = await query
    .orderBy('e.id', 'desc')
    .limit(input.limit + 1)
    .execute()
  return pageOf(rows.map(toView), input.limit)
}

/** One event as it is shown; null when there is none. */
export async function findEventView(deps: Deps, id: number): Promise<EventView | null> {
  const row = await eventQuery(deps).where('e.id', '=', id).executeTakeFirst()
  return row === undefined ? null : toView(row)
}

function eventQuery(deps: Deps) {
  return deps.db
    .selectFrom('events as e')
    .innerJoin('tenants as t', 't.id', 'e.tenant_id')
    .leftJoinLateral(
      ({ selectFrom }) =>
        selectFrom('decisions as x')
          .select('x.ticket_id')
          .whereRef('x.event_id', '=', 'e.id')
          .orderBy('x.id', 'desc')
          .limit(1)
          .as('d'),
      (join) => join.onTrue(),
    )
    .selectAll('e')
    .select(['t.name as tenant_name', 'd.ticket_id'])
}

function toView(row: Awaited<ReturnType<ReturnType<typeof eventQuery>['execute']>>[number]): EventView {
  return {
    id: row.id,
    sourceId: row.source_id,
    tenantId: row.tenant_id,
    tenantName: row.tenant_name,
    type: row.type,
    typeName: row.type_name,
    severity: row.severity,
    computerName: row.computer_name,
    text: row.text,
    happenedAt: row.happened_at,
    receivedAt: row.received_at,
    ticketId: row.ticket_id,
  }
}
