import { z } from 'zod'
import { Id, listOf, Moment, named } from './common.ts'

export const Overview = named(
  'Overview',
  z.object({
    at: Moment,
    totals: z
      .object({ clients: z.int(), computers: z.int(), critical: z.int(), warning: z.int() })
      .describe('of everything that is wrong now'),
    clients: listOf(
      z.object({
        tenantId: Id,
        name: z.string(),
        sourceId: Id,
        mapped: z.boolean(),
        critical: z.int(),
        warning: z.int(),
        computers: z.int(),
      }),
    ).describe('those with most that is wrong first'),
    reasons: listOf(z.object({ statusKey: z.string(), title: z.string(), critical: z.int(), warning: z.int() })),
    stuck: listOf(
      z.object({
        psaId: Id,
        psaName: z.string(),
        reason: z.string(),
        message: z.string().describe('in the words of the desk, of the latest of them'),
        count: z.int(),
        ticketId: Id.describe('the latest of them'),
      }),
    ).describe('why tickets stopped until a person helps'),
    days: listOf(
      z.object({
        day: z.string().describe('YYYY-MM-DD in the zone asked for'),
        opened: z.int(),
        closedByUs: z.int(),
        closedByPeople: z.int(),
      }),
    ).describe('the last thirty days, oldest first'),
  }),
)
