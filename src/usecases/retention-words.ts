import { z } from 'zod'
import type { RetentionAges } from '../db/retention-settings.ts'
import { longestLifetime } from '../db/retention-settings.ts'
import type { Sql } from '../db/sql.ts'
import type { FieldIssue } from './request-error.ts'

const most = 3_650

function days(what: string, why: string) {
  return z
    .int(`Write ${what} as whole days.`)
    .min(7, `Keep ${what} for 7 days at least: ${why}`)
    .max(most, `Keep ${what} for ${most} days (10 years) at most.`)
}

/** How long what is over is kept, with bounds that say why. */
export const Retention = z.strictObject({
  eventsDays: days(
    'events',
    'sources repeat and deliver late, and the clocks of sources differ, so younger ones must be known.',
  ).describe('events that no ticket was opened for; the others go with their tickets'),
  historyDays: days('history', 'a look at what was done last week should find it.').describe(
    'tickets that are done and conditions that ended, with their steps and decisions',
  ),
  tenantsDays: days('vanished clients', 'a client may be moved between servers for a while.').describe(
    'unmapped clients that their source no longer lists',
  ),
})

/** What stands against these ages in what is stored otherwise; `place` is put before each field. */
export async function judgeRetention(sql: Sql, ages: RetentionAges, place = ''): Promise<FieldIssue[]> {
  const rule = await longestLifetime(sql)
  const least = Math.ceil((rule?.hours ?? 0) / 24)
  if (rule === null || ages.eventsDays >= least) return []
  const message = `Keep events for ${least} days at least, or shorten the lifetime of the rule ${rule.section}/${rule.key} of “${rule.integration}”: it opens tickets for events up to ${rule.hours} hours old, and one that was forgotten by then would be taken for late news.`
  return [{ field: `${place}eventsDays`, message }]
}
