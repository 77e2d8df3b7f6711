import { saveOptions } from '../db/psas.ts'
import { enabledRulesOfDesk, saveRuleProblems } from '../db/rules.ts'
import type { Deps } from './deps.ts'
import type { OpenPsa } from './open-connection.ts'

export type ReadOptions = { rules: number; withProblems: number }

/**
 * Reads the desk's live lists and judges every enabled rule against them, so that a queue that vanished is seen on the
 * rule and not in a ticket that fails. Throws `ConnectorError`.
 */
export async function readOptions(deps: Deps, open: OpenPsa): Promise<ReadOptions> {
  const options = await open.connector.readOptions(open.context)
  await saveOptions(deps.pool, open.id, options, deps.clock.now())
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
  return { rules: rules.length, withProblems }
}
