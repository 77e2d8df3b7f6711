import type { Desired, Known } from './ticket.ts'

/** Order of work under a tight budget: what is worth most goes first. Lower numbers first. */
export const lanes = { openCritical: 0, close: 1, openOther: 2, note: 3, housekeeping: 4 } as const

/** Names of the lanes by their number, as the API and the metrics show them. */
export const laneNames = ['openCritical', 'close', 'openOther', 'note', 'housekeeping'] as const

/** Every lane below the first is sure of this part of the requests while it has work. */
export const lowLaneShare = 0.1

/** Lanes of tickets that the first one could starve. */
const lowTicketLanes: readonly number[] = [lanes.close, lanes.openOther, lanes.note]

/** The lane in which a ticket waits for its next step. */
export function laneOf(desired: Pick<Desired, 'want' | 'level'>, known: Pick<Known, 'phase'>): number {
  if (known.phase === 'absent') return desired.level === 'critical' ? lanes.openCritical : lanes.openOther
  return desired.want === 'closed' ? lanes.close : lanes.note
}

/** Lanes of tickets that got less than their share of the requests counted in `sent` (by lane). */
export function owedLanes(sent: readonly number[]): number[] {
  const total = sent.reduce((sum, count) => sum + count, 0)
  return lowTicketLanes.filter((lane) => (sent[lane] ?? 0) < total * lowLaneShare)
}
