import { z } from 'zod'
import { listOf, Moment } from './common.ts'

/** How much of what a desk grants is in use, and what waits for it. */

const byLane = z
  .object({ openCritical: z.int(), close: z.int(), openOther: z.int(), note: z.int(), housekeeping: z.int() })
  .describe('by lane, what is worth most first; housekeeping is reading what changed at the desk')

const Budget = z.object({
  used: z.int().describe('requests granted in the rolling hour'),
  perHour: z.int().nullable().describe('our own setting; null: no limit'),
  capacity: z
    .int()
    .nullable()
    .describe('what of it may be used, as other programs leave less of what the vendor grants'),
  reserve: z.int().nullable().describe('part of the capacity that is kept for opening critical tickets'),
  usedByLane: byLane,
  vendor: z
    .object({
      used: z.int(),
      allowed: z.int(),
      windowMinutes: z.number(),
      byOthers: z.int(),
      addedLatencyMs: z.number().describe('what the vendor adds to each call at present'),
      at: Moment,
    })
    .nullable()
    .describe("the vendor's own count over all programs, as last read; null: it does not tell"),
})

const Threads = z.object({
  perEndpoint: z.int().nullable().describe('calls at once that are granted; null: no limit'),
  endpoints: listOf(
    z.object({
      endpoint: z.string(),
      inUse: z.int(),
      givenUp: z.int().describe('calls that got no answer in time and may still run at the vendor'),
    }),
  ),
})

const Backlog = z.object({
  total: z.int(),
  lanes: byLane,
  stepsPerSecond: z.number().nullable().describe('as measured in the last hour; null: nothing was done'),
  emptyAt: Moment.nullable().describe('when what waits now should be done; null: nobody can say, see reason'),
  notBefore: Moment.nullable(),
  reason: z.enum(['nothing-waiting', 'measured', 'held', 'no-rate-yet', 'longer-than-a-day']),
})

/** What the status shows of a desk beside its name and its duties. */
export const deskLoad = {
  budget: Budget,
  threads: Threads,
  backlog: Backlog,
  tickets: z.object({
    waiting: z.int(),
    open: z.int(),
    closing: z.int(),
    due: z.int().describe('of these, how many have something to be done now'),
    stuck: z.int(),
  }),
}
