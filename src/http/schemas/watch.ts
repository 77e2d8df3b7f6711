import { z } from 'zod'
import { FieldValues, Id, listOf, Moment, named } from './common.ts'

/** Self-watch and drills. */

export const AlarmSeverity = z.enum(['warning', 'critical'])

export const AlarmView = named(
  'Alarm',
  z.object({
    key: z.string().describe('the same thing always has the same key'),
    kind: z.string(),
    severity: AlarmSeverity,
    subject: z.string().describe('what it is about: source/1, tenant/7, psa/2, integration/3, process/…, tocsin'),
    name: z.string(),
    title: z.string(),
    words: z.string(),
    advice: z.string().describe('what to do'),
    since: Moment.describe('since when it is so'),
    beganAt: Moment.describe('since when it is an alarm'),
  }),
)

const Gap = z.object({ subject: z.string(), message: z.string() })
const gaps = listOf(Gap).describe('what could go wrong without anybody being told')

export const WatchStatus = z.object({
  lastRunAt: Moment.nullable(),
  gaps,
  webhook: z.object({
    enabled: z.boolean(),
    waiting: z.int(),
    failure: z.string().describe('what the last attempt failed with'),
    lastDeliveredAt: Moment.nullable(),
    givenUp: z.int().describe('in the last day'),
  }),
})

export const WatchSettings = named(
  'WatchSettings',
  z.object({
    thresholds: z.record(z.string(), z.int()),
    webhook: z.object({
      enabled: z.boolean(),
      url: z.string().describe('whole for administrators alone: it may hold a token'),
      allowLinkLocal: z.boolean(),
      caPem: z.string(),
      secretSet: z.boolean(),
    }),
    secretEnds: listOf(z.object({ of: z.string(), id: Id, what: z.string(), endsAt: z.string() })),
    bounds: listOf(z.object({ key: z.string(), usual: z.int(), least: z.int(), most: z.int(), help: z.string() })),
    gaps,
  }),
)

export const TriedWebhook = z.object({ id: z.string(), durationMs: z.int() })

const Schedule = z.union([
  z.strictObject({ everyHours: z.int().min(1).max(168) }),
  z.strictObject({
    dailyAt: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Write a time of day in UTC such as 03:30.'),
  }),
])

const DrillPart = z.enum(['prepare', 'decide', 'open', 'read-open', 'close', 'read-closed'])

export const Drill = named(
  'Drill',
  z.object({
    id: Id,
    psaId: Id,
    askedBy: z.enum(['schedule', 'person']),
    state: z.enum(['running', 'good', 'failed']),
    part: DrillPart.describe('where it is, or where it ended'),
    partWords: z.string(),
    times: listOf(z.object({ part: DrillPart, ms: z.int() })),
    reason: z.string().describe('why it failed, or what the present part waits for'),
    ticketId: Id.nullable(),
    begunAt: Moment,
    endedAt: Moment.nullable(),
  }),
)

export const SaveDrillPlan = z.strictObject({
  accountId: z.string().min(1).max(200).describe('whose the test tickets are: best an account of your own'),
  fields: FieldValues.describe(
    'as in a rule: queue, priority ...; what is absent stays, at first as the connector proposes',
  ),
  general: FieldValues.optional(),
  schedule: Schedule.nullable().describe('UTC; null: only on demand'),
})

export const DrillPlan = named(
  'DrillPlan',
  z.object({
    psaId: Id,
    integrationId: Id,
    tenantId: Id,
    schedule: Schedule.nullable(),
    nextAt: Moment.nullable(),
    drills: listOf(Drill).describe('newest first'),
  }),
)

export const DrillStatus = z.object({
  psaId: Id,
  psaName: z.string(),
  schedule: Schedule.nullable(),
  nextAt: Moment.nullable(),
  last: Drill.nullable(),
})
