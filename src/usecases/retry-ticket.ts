import { eventRule, type Rule, statusRule } from '../core/rule.ts'
import { loadGround } from '../db/ground.ts'
import { wakeDesks } from '../db/judgement.ts'
import type { Sql } from '../db/sql.ts'
import { insertActStep, type LockedTicket, lockTicket, reviveTicket } from '../db/ticket-acts.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { notFound, RequestError } from './request-error.ts'
import { showTicket, type TicketStory } from './show-ticket.ts'
import { type AuditSubject, writeAudit } from './write-audit.ts'

export type RetryTicket = {
  readonly id: number
  /**
   * True takes over what the settings are now: the general ones, and for a ticket that is not at the desk yet the rule's. False
   * sends the ticket as it was decided.
   */
  readonly presentSettings?: boolean | undefined
}

/** Tries a ticket again at once, also one that is stuck. Throws `RequestError` when it is done or in a worker's hands. */
export async function retryTicket(deps: Deps, input: RetryTicket): Promise<TicketStory> {
  const now = deps.clock.now()
  await withTransaction(deps.pool, async (client) => {
    const ticket = await mustLockTicket(client, input.id, now)
    const change =
      input.presentSettings === false ? { general: null, fields: null } : await presentSettings(client, ticket)
    await reviveTicket(client, ticket.id, change, now)
    const message = input.presentSettings === false ? '' : 'With the settings of now.'
    await insertActStep(client, { ticketId: ticket.id, name: 'retry', reason: 'asked-by-person', message }, now)
    await wakeDesks(client, [ticket.psaId])
    const after = { presentSettings: input.presentSettings !== false }
    await writeAudit(deps, client, { action: 'retry-ticket', subject: ticketSubject(ticket), before: null, after })
  })
  deps.log.info({ ticketId: input.id, presentSettings: input.presentSettings !== false }, 'ticket retried')
  return showTicket(deps, { id: input.id })
}

/** A ticket for the audit log, by the reference that stands at the desk too. */
export function ticketSubject(ticket: LockedTicket): AuditSubject {
  return { kind: 'ticket', id: ticket.id, name: ticket.identity }
}

/** A ticket that a person may act on, locked. Throws `RequestError`. */
export async function mustLockTicket(sql: Sql, id: number, now: Date): Promise<LockedTicket> {
  const ticket = await lockTicket(sql, id, now)
  if (ticket === null) throw notFound('ticket', id)
  if (ticket.done) throw new RequestError('ticket-done', `Ticket ${id} is done: nothing will be done with it any more.`)
  if (ticket.leased) {
    throw new RequestError('ticket-busy', `Ticket ${id} is being worked on right now: look again in a few seconds.`)
  }
  return ticket
}

async function presentSettings(sql: Sql, ticket: LockedTicket): Promise<Parameters<typeof reviveTicket>[2]> {
  const { rows } = await sql.query<{ general: Record<string, string> }>(
    'select general from integrations where id = $1',
    [ticket.integrationId],
  )
  const general = rows[0]?.general ?? null
  const rule = ticket.phase === 'absent' ? await presentRule(sql, ticket) : undefined
  return { general, fields: rule?.enabled === true ? rule.fields : null }
}

async function presentRule(sql: Sql, ticket: LockedTicket): Promise<Rule | undefined> {
  const integration = (await loadGround(sql, [ticket.tenantId])).get(ticket.tenantId)?.mapping?.integration
  if (integration === undefined || integration.id !== ticket.integrationId) return undefined
  if (ticket.conditionId !== null) {
    const { rows } = await sql.query<{ key: string; ofEvent: boolean }>(
      'select status_key as key, event_severity is not null as "ofEvent" from conditions where id = $1',
      [ticket.conditionId],
    )
    const [condition] = rows
    if (condition === undefined) return undefined
    return condition.ofEvent
      ? eventRule(integration.rules, condition.key, null)
      : statusRule(integration.rules, ticket.level, condition.key)
  }
  const { rows } = await sql.query<{ type: string; severity: Parameters<typeof eventRule>[2] }>(
    'select type, severity from events where id = $1',
    [ticket.eventId],
  )
  return rows[0] === undefined ? undefined : eventRule(integration.rules, rows[0].type, rows[0].severity)
}
