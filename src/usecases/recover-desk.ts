import type { PsaFacts } from '../connectors/psa.ts'
import type { TicketSeen } from '../core/ticket.ts'
import { doubtTickets, endRecovery, newestDeskTicket, saveFinds, trustOtherTickets } from '../db/desk-finds.ts'
import { type Duty, guardDuty } from '../db/duties.ts'
import type { PsaRow } from '../db/psas.ts'
import type { Sql } from '../db/sql.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { identifyFinds } from './identify-finds.ts'
import type { OpenPsa } from './open-connection.ts'

/** How far the desk's clock may differ from ours without hiding a change. */
const marginMs = 120_000

/**
 * How long in ms the desk is not to be asked yet, because calls of servers that were killed before the restore may still
 * arrive there; null when nothing is to be recovered.
 */
export function recoveryDelay(
  psa: Pick<PsaRow, 'recoverSince' | 'restoredAt'>,
  facts: Pick<PsaFacts, 'longestCallMs' | 'searchLagMs'>,
  now: Date,
): number | null {
  if (psa.recoverSince === null) return null
  const readyAt = (psa.restoredAt ?? now).getTime() + facts.longestCallMs + facts.searchLagMs
  return Math.max(0, readyAt - now.getTime())
}

export type Recovered = { readonly found: number; readonly changed: number }

/**
 * After a restore, before anything is sent to a desk: lists the tickets of ours that it has had since the copy was taken,
 * and doubts what the copy says of those that changed. Begun anew when it fails half-way. Throws `ConnectorError`,
 * `LostLeaseError`.
 */
export async function recoverDesk(deps: Deps, duty: Duty, psa: PsaRow, since: Date, open: OpenPsa): Promise<Recovered> {
  const { connector, context } = open
  const { id } = psa
  const begun = deps.clock.now()
  const from = new Date(since.getTime() - marginMs)
  const isNew = ({ state, changedAt }: TicketSeen) => state === 'open' || changedAt === null || changedAt >= from
  const store = (write: (sql: Sql) => Promise<void>): Promise<void> =>
    withTransaction(deps.pool, async (client) => {
      await guardDuty(client, duty)
      await write(client)
    })
  let found = 0
  for await (const page of connector.openedAfter(context, await newestDeskTicket(deps.pool, id))) {
    const fresh = page.filter(isNew)
    found += fresh.length
    await store((sql) => saveFinds(sql, id, fresh, from, begun))
  }
  const changed: string[] = []
  for await (const page of connector.changedSince?.(context, from) ?? []) {
    const ids = page.map(({ ticketId }) => ticketId)
    const closed = page.flatMap(({ ticketId, state }) => (state === 'closed' ? [ticketId] : []))
    changed.push(...ids)
    await store(async (sql) => {
      await saveFinds(sql, id, page.filter(isNew), from, begun)
      await doubtTickets(sql, id, ids, closed, begun)
    })
  }
  await store(async (sql) => {
    if (connector.changedSince === null) await doubtTickets(sql, id, 'all', [], begun)
    else await trustOtherTickets(sql, id, changed, since, begun)
  })
  await identifyFinds(deps, duty, id, since)
  await store((sql) => endRecovery(sql, id, deps.clock.now()))
  deps.log.info({ psa: psa.name, copyTakenAt: since, found, changed: changed.length }, 'desk read after a restore')
  return { found, changed: changed.length }
}
