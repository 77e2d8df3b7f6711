import { wakeDesks } from '../db/judgement.ts'
import { abandonTicket, insertActStep } from '../db/ticket-acts.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { mustLockTicket, ticketSubject } from './retry-ticket.ts'
import { showTicket, type TicketStory } from './show-ticket.ts'
import { writeAudit } from './write-audit.ts'

export type GiveUpTicket = {
  readonly id: number
  /** Why, in the person's own words: it stays in the ticket's story. */
  readonly reason: string
}

/**
 * Tocsin lets go of a ticket: it is neither opened nor closed any more, and what is at the desk stays as it is. The same thing
 * gets a new ticket only when it ends and begins again. Throws `RequestError`.
 */
export async function giveUpTicket(deps: Deps, input: GiveUpTicket): Promise<TicketStory> {
  const now = deps.clock.now()
  await withTransaction(deps.pool, async (client) => {
    const ticket = await mustLockTicket(client, input.id, now)
    await abandonTicket(client, ticket.id, now)
    const step = { ticketId: ticket.id, name: 'give-up', reason: 'given-up', message: input.reason }
    await insertActStep(client, step, now)
    await wakeDesks(client, [ticket.psaId])
    const after = { reason: input.reason }
    await writeAudit(deps, client, { action: 'give-up-ticket', subject: ticketSubject(ticket), before: null, after })
  })
  deps.log.info({ ticketId: input.id, reason: input.reason }, 'ticket given up')
  return showTicket(deps, { id: input.id })
}
