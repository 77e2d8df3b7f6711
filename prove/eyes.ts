import type { TicketHistoryEntry } from '../emulators/kit/ticket-history.ts'
import type { HistoryEntry } from '../emulators/ksc/model/history.ts'
import type { ProvedDesk, ProvedSource } from './world.ts'

/** What is at a desk now, followed through its own history. */
export type DeskEyes = {
  /** Ids of tickets that we made, open or closed now. */
  tickets(state: 'open' | 'closed'): readonly number[]
}

export function watchDesk({ emulator }: Pick<ProvedDesk, 'emulator'>): DeskEyes {
  const states = new Map<number, 'open' | 'closed'>()
  let known = 0
  function follow(): void {
    const entries = emulator.control.getState({ part: 'history', since: String(known) }) as TicketHistoryEntry[]
    known += entries.length
    for (const { ticketId, kind, by } of entries) {
      if (kind === 'created' && by === 'api') states.set(ticketId, 'open')
      if (!states.has(ticketId)) continue
      if (kind === 'closed' || kind === 'merged') states.set(ticketId, 'closed')
      if (kind === 'reopened') states.set(ticketId, 'open')
      if (kind === 'deleted') states.delete(ticketId)
    }
  }
  return {
    tickets(state) {
      follow()
      return [...states].flatMap(([id, present]) => (present === state ? [id] : []))
    },
  }
}

/** Changes at the source that a ticket may hang on: reasons that begin, end or change their level, and events. */
export function countTransitions(sources: Iterable<Pick<ProvedSource, 'emulator'>>): number {
  let count = 0
  for (const { emulator } of sources) {
    const history = emulator.control.getState({ part: 'history' }) as HistoryEntry[]
    count += history.filter(({ kind }) => kind.startsWith('status-') || kind === 'event').length
  }
  return count
}
