import { z } from 'zod'
import { ChannelState } from './channels.ts'
import { Failure, Id, listOf, Moment, named } from './common.ts'
import { deskLoad } from './load.ts'
import { AlarmView, DrillStatus, WatchStatus } from './watch.ts'

const Duty = named(
  'Duty',
  z.object({
    kind: z.string(),
    subjectId: z.int(),
    dueAt: Moment,
    running: z.boolean(),
    lastGoodAt: Moment.nullable(),
    ageSeconds: z.int().nullable().describe('since it last went well'),
    lastDurationMs: z.int().nullable(),
    failures: z.int().describe('in a row'),
    failure: Failure.nullable(),
  }),
)

const rowsByTable = z.record(z.string(), z.int()).describe('rows by table')

const Retention = z
  .object({ removed: rowsByTable, lastRemoved: rowsByTable, lastRemovedAt: Moment.nullable() })
  .describe('what was removed because it was old: since the beginning, and by the last run that removed any')

const ConnectionStatus = {
  id: Id,
  name: z.string(),
  connector: z.string(),
  problem: z.string().nullable().describe('what must be put right before it can be used'),
  duties: listOf(Duty),
}

export const Status = named(
  'Status',
  z.object({
    at: Moment,
    sources: listOf(
      z.object({
        ...ConnectionStatus,
        conditions: z.object({ warning: z.int(), critical: z.int() }),
        tenants: z.object({ total: z.int(), mapped: z.int(), failing: z.int(), vanished: z.int() }),
        channels: listOf(ChannelState).describe('what processes say of its listeners for syslog and mail'),
      }),
    ),
    psas: listOf(
      z.object({
        ...ConnectionStatus,
        heldUntil: Moment.nullable().describe('nothing is sent before'),
        heldFailure: Failure.nullable(),
        ...deskLoad,
      }),
    ),
    duties: listOf(Duty),
    retention: Retention,
    troubledTenants: listOf(
      z.object({
        id: Id,
        sourceId: Id,
        name: z.string(),
        mapped: z.boolean(),
        failingSince: Moment.nullable(),
        failingMessage: z.string().nullable(),
        vanishedAt: Moment.nullable(),
      }),
    ),
    alarms: listOf(AlarmView).describe('what is wrong with this installation itself, oldest first'),
    watch: WatchStatus,
    drills: listOf(DrillStatus),
  }),
)
