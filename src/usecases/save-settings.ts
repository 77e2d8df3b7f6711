import { hurryDuty } from '../db/duties.ts'
import { saveRetentionAges } from '../db/retention-settings.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { invalidInput } from './request-error.ts'
import { judgeRetention } from './retention-words.ts'
import { type Settings, showSettings } from './show-settings.ts'
import { writeAudit } from './write-audit.ts'

/** Saves what is set for the whole installation; the new ages are applied at once. Throws `RequestError`. */
export async function saveSettings(deps: Deps, input: Settings): Promise<Settings> {
  const now = deps.clock.now()
  const before = await showSettings(deps)
  await withTransaction(deps.pool, async (client) => {
    const issues = await judgeRetention(client, input.retention, 'retention.')
    if (issues.length > 0) throw invalidInput(issues)
    await saveRetentionAges(client, input.retention, now)
    await hurryDuty(client, 'forget-old', 0, now)
    const subject = { kind: 'settings', id: 'retention', name: 'Retention' }
    await writeAudit(deps, client, {
      action: 'save-settings',
      subject,
      before: { ...before.retention },
      after: { ...input.retention },
    })
  })
  deps.log.info(input.retention, 'retention saved')
  return showSettings(deps)
}
