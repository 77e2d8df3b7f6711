import { type DrillPart, type DrillSchedule, drillPartWords } from '../core/drill.ts'
import type { DrillRow } from '../db/drills.ts'

/** A drill as a person sees it. */
export type DrillView = {
  readonly id: number
  readonly psaId: number
  readonly askedBy: 'schedule' | 'person'
  readonly state: 'running' | 'good' | 'failed'
  /** Where it is, or where it ended. */
  readonly part: DrillPart
  readonly partWords: string
  /** Milliseconds by part, in their order. */
  readonly times: readonly { readonly part: DrillPart; readonly ms: number }[]
  /** Why it failed, or what the present part waits for. */
  readonly reason: string
  readonly ticketId: number | null
  readonly begunAt: Date
  readonly endedAt: Date | null
}

export type DrillPlanView = {
  readonly psaId: number
  readonly integrationId: number
  readonly tenantId: number
  readonly schedule: DrillSchedule | null
  /** Null: only on demand. */
  readonly nextAt: Date | null
  /** Newest first. */
  readonly drills: readonly DrillView[]
}

export function toDrillView(row: DrillRow): DrillView {
  const { id, psaId, askedBy, state, part, reason, ticketId, begunAt, endedAt } = row
  const times = (Object.keys(drillPartWords) as DrillPart[]).flatMap((name) => {
    const ms = row.times[name]
    return ms === undefined ? [] : [{ part: name, ms }]
  })
  const partWords = drillPartWords[part]
  return { id, psaId, askedBy, state, part, partWords, times, reason, ticketId, begunAt, endedAt }
}
