import { bits, createDraft, type Draft } from './check-fixture.ts'

/** Random lives of a small fleet with a product that does everything right, for the property tests of the checker. */

export type Deed = {
  readonly act: 'turn' | 'level' | 'event' | 'close' | 'reopen' | 'choose'
  readonly computer: number
  readonly reason: number
}

/** A ticket of the life, with what may be spoilt about it. */
export type LivedTicket = {
  readonly id: number
  readonly createdAt: number
  readonly isEvent: boolean
  /** When its condition ended, and when we closed the ticket, with nobody else's hand on it; null when not so. */
  endedAt: number | null
  closedAt: number | null
  touched: boolean
}

export type Life = { readonly draft: Draft; readonly tickets: readonly LivedTicket[]; readonly until: number }

type Condition = {
  level: 'warning' | 'critical' | null
  ticket: LivedTicket | null
  state: 'none' | 'ours' | 'left' | 'theirs' | 'over'
}

/** Minutes between two deeds: time enough for everything that follows from one. */
const pace = 6
const reasons = [bits.protection, bits.databases, bits.restart]

/** Plays the deeds; those that make no sense then are left out. Half a minute is what the product needs. */
export function liveOut(deeds: readonly Deed[]): Life {
  const draft = createDraft()
  draft.with.namesAllReasons = true
  const tickets: LivedTicket[] = []
  const conditions = new Map<string, Condition>()
  const events = new Map<string, LivedTicket>()
  const open = (at: number, isEvent: boolean): LivedTicket => {
    const ticket = { id: tickets.length + 1, createdAt: at, isEvent, endedAt: null, closedAt: null, touched: false }
    tickets.push(ticket)
    return ticket
  }

  function turn(at: number, condition: Condition, what: { computer: string; bit: number }): void {
    if (condition.level === null) {
      condition.level = 'critical'
      draft.begin(at, what)
      if (condition.state === 'theirs') condition.state = 'ours'
      else {
        condition.ticket = open(at + 0.5, false)
        condition.state = 'ours'
        draft.opened(at + 0.5, condition.ticket.id, what)
      }
      return
    }
    condition.level = null
    draft.end(at, what)
    if (condition.ticket === null || condition.state !== 'ours') return
    Object.assign(condition.ticket, { endedAt: at, closedAt: at + 0.5 })
    condition.state = 'over'
    draft.ticket(at + 0.5, condition.ticket.id, 'closed')
  }

  function person(at: number, act: Deed['act'], condition: Condition): void {
    const { ticket, state } = condition
    if (ticket === null) return
    if (act === 'choose' && state === 'ours') {
      draft.ticket(at, ticket.id, 'updated', 'person', { priority: { old: 1, new: 2 } })
    } else if (act === 'close' && state === 'ours') {
      condition.state = 'left'
      draft.ticket(at, ticket.id, 'closed', 'person')
    } else if (act === 'reopen' && state === 'over' && condition.level === null) {
      condition.state = 'theirs'
      draft.ticket(at, ticket.id, 'reopened', 'person')
    } else return
    ticket.touched = true
  }

  for (const [n, { act, computer: number, reason }] of deeds.entries()) {
    const at = 10 + n * pace
    const computer = `PC-${number}`
    const bit = reasons[reason] ?? bits.protection
    const key = `${computer}/${bit}`
    const condition = conditions.get(key) ?? { level: null, ticket: null, state: 'none' }
    conditions.set(key, condition)
    if (act === 'event') {
      draft.event(at, { computer })
      const known = events.get(computer)
      if (known !== undefined) draft.ticket(at + 0.5, known.id, 'note')
      else {
        const ticket = open(at + 0.5, true)
        events.set(computer, ticket)
        draft.eventTicket(at + 0.5, ticket.id, { computer })
      }
    } else if (act === 'turn') turn(at, condition, { computer, bit })
    else if (act === 'level') {
      if (condition.level === null) continue
      const from = condition.level
      condition.level = from === 'critical' ? 'warning' : 'critical'
      draft.level(at, { computer, bit, level: condition.level, from })
      if (condition.state === 'ours' && condition.ticket !== null) draft.ticket(at + 0.5, condition.ticket.id, 'note')
    } else person(at, act, condition)
  }
  return { draft, tickets, until: 10 + deeds.length * pace + 30 }
}
