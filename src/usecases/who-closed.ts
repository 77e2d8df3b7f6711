import type { PsaConnector, PsaContext } from '../connectors/psa.ts'
import { mayBeOfAttempt } from '../core/remember.ts'
import { closingMark } from '../core/texts.ts'
import { isDoubted, type Known, type TicketSeen } from '../core/ticket.ts'
import { isFound } from '../db/desk-finds.ts'
import type { Sql } from '../db/sql.ts'

/** Who closed a ticket that this database remembers otherwise, because it was restored: its resolution tells. */

/** Whether a ticket that is closed was closed by us, or has a successor of ours. */
export async function wasOurs(
  sql: Sql,
  { psaId, connector }: { readonly psaId: number; readonly connector: PsaConnector },
  context: PsaContext<unknown>,
  reference: string,
  ticketId: string,
): Promise<boolean> {
  if (await isFound(sql, psaId, reference)) return true
  return connector.hasResolution(context, ticketId, closingMark)
}

/** After a restore: open, and with a resolution of ours, so that a person must have opened it again. */
export async function isTheirs(connector: PsaConnector, context: PsaContext<unknown>, known: Known): Promise<boolean> {
  const { ticketId } = known
  if (ticketId === null || !isDoubted(known)) return false
  const { state } = await connector.read(context, ticketId)
  return state === 'open' && (await connector.hasResolution(context, ticketId, closingMark))
}

/**
 * What is found closed with a resolution of ours is of an earlier time, that this database does not know because it was
 * restored: what a person closed in the same time says nothing about now.
 */
export async function withoutEnded(
  connector: PsaConnector,
  context: PsaContext<unknown>,
  known: Known,
  found: readonly TicketSeen[],
): Promise<readonly TicketSeen[]> {
  const [newest] = found
  if (newest === undefined || found.some(({ state }) => state === 'open')) return found
  if (!mayBeOfAttempt(newest, known.unsureSince)) return found
  return (await connector.hasResolution(context, newest.ticketId, closingMark)) ? [] : found
}
