import type { Outcome } from '../core/ticket.ts'
import type { TicketView } from './ticket-view.ts'

/** What is true now, as far as it decides about tickets. */
export type TicketNow = {
  readonly mapped: boolean
  readonly integrationId: number | null
  readonly ruleOn: boolean
  readonly pausedUntil: Date | null
  readonly tenantFailingSince: Date | null
  readonly tenantVanishedAt: Date | null
}

/** What stands against a ticket now, and what to do about it; empty when nothing does. */
export function presentWords(now: TicketNow): string[] {
  const words: string[] = []
  if (!now.mapped) words.push('Its client is not mapped now: map it to an account.')
  else if (!now.ruleOn) words.push('Its rule is off now: switch it on.')
  if (now.pausedUntil !== null) words.push(`The integration is paused until ${now.pausedUntil.toISOString()}.`)
  if (now.tenantVanishedAt !== null) {
    words.push('The source no longer lists this client, so nobody knows whether it still holds.')
  } else if (now.tenantFailingSince !== null) {
    words.push('The source did not answer for this client lately, so nobody knows whether it still holds.')
  }
  return words
}

const outcomes: Readonly<Record<Outcome, string>> = {
  'closed-by-us': 'Its ticket was closed by Tocsin.',
  'closed-by-person': 'A person closed its ticket at the desk; a new one is opened only when it ends and begins again.',
  'deleted-by-person':
    'A person deleted or merged its ticket at the desk; a new one is opened only when it ends and begins again.',
  'never-needed': 'It ended before its ticket was opened, so none was needed.',
  'given-up': 'A person gave its ticket up.',
}

/** Where a ticket stands, in a sentence. */
export function ticketWords(ticket: TicketView): string {
  const name = ticket.deskNumber === null ? `Ticket ${ticket.id} of Tocsin` : `Ticket ${ticket.deskNumber}`
  const why = ticket.failure === null ? '' : ` The desk said: ${ticket.failure.message}`
  if (ticket.outcome !== null) return outcomes[ticket.outcome]
  if (ticket.stuck)
    return `${name} is stuck and waits for a person: put the cause right and retry it, or give it up.${why}`
  if (ticket.released) return `${name} was reopened by a person at the desk, so Tocsin leaves it alone.`
  switch (ticket.state) {
    case 'waiting':
      return ticket.notBefore === null || ticket.failure !== null
        ? `${name} is about to be opened at the desk.${why}`
        : `${name} is to be opened at ${ticket.notBefore.toISOString()}, when its delay ends.`
    case 'open':
      return `${name} is open at the desk.${why}`
    case 'closing':
      return `${name} is about to be closed at the desk.${why}`
    case 'done':
      return `${name} is done.`
  }
}
