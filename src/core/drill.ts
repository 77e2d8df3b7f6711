/** A drill: a test ticket through the whole real path, and what of it is due when. */

/** In the order in which they are gone through. */
export const drillParts = ['prepare', 'decide', 'open', 'read-open', 'close', 'read-closed'] as const
export type DrillPart = (typeof drillParts)[number]

export const drillPartWords: Readonly<Record<DrillPart, string>> = {
  prepare: 'reading the source of drills for the first time',
  decide: 'seeing the condition and deciding about it',
  open: 'opening the ticket at the desk',
  'read-open': 'reading the open ticket back',
  close: 'closing the ticket at the desk',
  'read-closed': 'reading the closed ticket back',
}

/** Times are UTC. */
export type DrillSchedule = { readonly everyHours: number } | { readonly dailyAt: string }

export const drillTitle = 'Tocsin drill, please ignore'

/** When the next drill begins, from when it was planned and the last one began; null: only when somebody asks. */
export function nextDrillAt(schedule: DrillSchedule | null, plannedAt: Date, lastBegunAt: Date | null): Date | null {
  if (schedule === null) return null
  const since = new Date(Math.max(plannedAt.getTime(), lastBegunAt?.getTime() ?? 0))
  if ('everyHours' in schedule) return new Date(since.getTime() + schedule.everyHours * 3_600_000)
  const [hours = 0, minutes = 0] = schedule.dailyAt.split(':').map(Number)
  const at = new Date(since)
  at.setUTCHours(hours, minutes, 0, 0)
  return at > since ? at : new Date(at.getTime() + 86_400_000)
}

/** Whether the test condition holds now: from the moment all is ready until the open ticket was read back. */
export function drillHolds(drill: { readonly state: string; readonly part: DrillPart }): boolean {
  return drill.state === 'running' && (drill.part === 'decide' || drill.part === 'open' || drill.part === 'read-open')
}
