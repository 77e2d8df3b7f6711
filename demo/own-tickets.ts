import type { TicketHistoryEntry } from '../emulators/kit/ticket-history.ts'

/** How titles of tickets begin that are about Tocsin itself: drills, and alarms by the template of docs/WATCH.md. */
const ownTitles = ['Tocsin drill, please ignore', 'Tocsin itself: ']

/**
 * A desk's history without the tickets that are about Tocsin itself. The judge compares tickets with what happened to
 * computers, and no computer stands behind those.
 */
export function withoutOwnTickets<Entry extends TicketHistoryEntry>(history: readonly Entry[]): Entry[] {
  const own = new Set(
    history.flatMap(({ kind, ticketId, changes }) => {
      const title = String(changes.title?.new ?? '')
      return kind === 'created' && ownTitles.some((start) => title.startsWith(start)) ? [ticketId] : []
    }),
  )
  return history.filter(({ ticketId }) => !own.has(ticketId))
}
