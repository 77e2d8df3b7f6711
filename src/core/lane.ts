import type { Desired, Known } from './ticket.ts'

/** Order of work under a tight budget: what is worth most goes first. Lower numbers first. */
const lanes = { openCritical: 0, close: 1, openOther: 2, note: 3, housekeeping: 4 } as const

/** The lane in which a ticket waits for its next step. */
export function laneOf(desired: Pick<Desired, 'want' | 'level'>, known: Pick<Known, 'phase'>): number {
  if (known.phase === 'absent') return desired.level === 'critical' ? lanes.openCritical : lanes.openOther
  return desired.want === 'closed' ? lanes.close : lanes.note
}
