import { type Duty, guardDuty } from '../db/duties.ts'
import { type PsaRow, saveOptions } from '../db/psas.ts'
import { enabledRulesOfDesk, saveRuleProblems } from '../db/rules.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import type { OpenPsa } from './open-connection.ts'

export type ReadOptions = {
  rules: number
  withProblems: number
  /** The lists differ from those read before. */
  changed: boolean
  /** When to read them again. */
  everySeconds: number
}

/** Lists that were the same for a while are read less often: as long again as they have been the same, within these. */
const soonestSeconds = 15 * 60
const latestSeconds = 60 * 60

/**
 * Reads the desk's live lists and judges every enabled rule against them, so that a queue that vanished is seen on the
 * rule and not in a ticket that fails. `duty` is null when a person asked. Throws `ConnectorError`.
 */
export async function readOptions(
  deps: Deps,
  row: PsaRow,
  open: OpenPsa,
  duty: Duty | null = null,
): Promise<ReadOptions> {
  const options = await open.connector.readOptions(open.context)
  const now = deps.clock.now()
  const changed = await withTransaction(deps.pool, async (client) => {
    if (duty !== null) await guardDuty(client, duty)
    return saveOptions(client, open.id, options, now)
  })
  const rules = await enabledRulesOfDesk(deps.pool, open.id)
  let withProblems = 0
  for (const rule of rules) {
    const problems = open.connector.ruleProblems(options, rule.general, rule.fields)
    if (problems.length > 0) withProblems += 1
    if (JSON.stringify(problems) === JSON.stringify(rule.problems)) continue
    await saveRuleProblems(deps.pool, rule, problems)
    const { integrationId, section, key } = rule
    if (problems.length > 0) deps.log.warn({ integrationId, section, key, problems }, 'rule no longer fits the desk')
    else deps.log.info({ integrationId, section, key }, 'rule fits the desk again')
  }
  const sameSeconds = changed ? 0 : (now.getTime() - (row.optionsChangedAt?.getTime() ?? now.getTime())) / 1_000
  const everySeconds = Math.min(Math.max(sameSeconds, soonestSeconds), latestSeconds)
  return { rules: rules.length, withProblems, changed, everySeconds }
}
