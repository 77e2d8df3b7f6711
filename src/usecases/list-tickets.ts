import type { TroubleLevel } from '../core/observation.ts'
import type { Deps } from './deps.ts'
import { loadDeskLinks } from './desk-links.ts'
import { containsPattern, type Page, type PageInput, pageOf } from './paging.ts'
import { type TicketState, type TicketView, type TicketViewRow, toTicketView } from './ticket-view.ts'

export type ListTickets = PageInput & {
  /** Absent: all but those that are done. */
  readonly state?: TicketState | 'any' | undefined
  readonly stuck?: boolean | undefined
  readonly level?: TroubleLevel | undefined
  readonly tenantId?: number | undefined
  readonly integrationId?: number | undefined
  /** Part of the computer's name. */
  readonly computer?: string | undefined
  readonly statusKey?: string | undefined
  readonly eventType?: string | undefined
}

/** Tickets, newest first. */
export async function listTickets(deps: Deps, input: ListTickets): Promise<Page<TicketView>> {
  let query = ticketQuery(deps)
  const { state, stuck, computer } = input
  if (state === undefined) query = query.where('k.done_at', 'is', null)
  else if (state === 'done') query = query.where('k.done_at', 'is not', null)
  else if (state === 'closing') {
    query = query
      .where('k.done_at', 'is', null)
      .where(({ or, eb }) => or([eb('k.want', '<>', 'open'), eb('k.phase', 'in', ['closed', 'gone'])]))
  } else if (state !== 'any') {
    query = query
      .where('k.done_at', 'is', null)
      .where('k.want', '=', 'open')
      .where('k.phase', '=', state === 'waiting' ? 'absent' : 'open')
  }
  if (stuck === true) query = query.where('k.stuck', '=', true).where('k.done_at', 'is', null)
  if (stuck === false) query = query.where('k.stuck', '=', false)
  if (input.level !== undefined) query = query.where('k.level', '=', input.level)
  if (input.tenantId !== undefined) query = query.where('k.tenant_id', '=', input.tenantId)
  if (input.integrationId !== undefined) query = query.where('k.integration_id', '=', input.integrationId)
  if (input.statusKey !== undefined) query = query.where('c.status_key', '=', input.statusKey)
  if (input.eventType !== undefined) query = query.where('e.type', '=', input.eventType)
  if (computer !== undefined) {
    const pattern = containsPattern(computer)
    // From the computers to their tickets: the other way round, every ticket is read to find that none fits.
    query = query.where('k.id', 'in', ({ selectFrom }) =>
      selectFrom('conditions as cc')
        .innerJoin('tickets as ck', 'ck.condition_id', 'cc.id')
        .select('ck.id')
        .where('cc.computer_name', 'ilike', pattern)
        .unionAll(
          selectFrom('events as ee')
            .innerJoin('tickets as ek', 'ek.event_id', 'ee.id')
            .select('ek.id')
            .where('ee.computer_name', 'ilike', pattern),
        ),
    )
  }
  if (input.cursor !== undefined) query = query.where('k.id', '<', input.cursor)
  const rows = await query
    .orderBy('k.id', 'desc')
    .limit(input.limit + 1)
    .execute()
  const linkOf = await loadDeskLinks(deps)
  return pageOf(
    rows.map((row) => toTicketView(row, linkOf(row.psa_id, row.desk_ticket_id))),
    input.limit,
  )
}

/** One ticket as it is shown; null when there is none. */
export async function findTicketView(deps: Deps, id: number): Promise<{ row: TicketViewRow; view: TicketView } | null> {
  const row = await ticketQuery(deps).where('k.id', '=', id).executeTakeFirst()
  if (row === undefined) return null
  const linkOf = await loadDeskLinks(deps)
  return { row, view: toTicketView(row, linkOf(row.psa_id, row.desk_ticket_id)) }
}

function ticketQuery(deps: Deps) {
  return deps.db
    .selectFrom('tickets as k')
    .innerJoin('tenants as t', 't.id', 'k.tenant_id')
    .leftJoin('conditions as c', 'c.id', 'k.condition_id')
    .leftJoin('events as e', 'e.id', 'k.event_id')
    .selectAll('k')
    .select(['t.name as tenant_name', 'c.computer_name', 'c.status_key'])
    .select(['e.computer_name as event_computer_name', 'e.type as event_type'])
}
