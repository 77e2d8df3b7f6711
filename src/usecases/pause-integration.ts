import { savePause } from '../db/integrations.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { pauseIssues } from './integration-settings.ts'
import type { IntegrationView } from './list-integrations.ts'
import { invalidInput, notFound } from './request-error.ts'
import { showIntegration } from './show-integration.ts'
import { writeAudit } from './write-audit.ts'

export type PauseIntegration = {
  readonly id: number
  /** Nothing new is opened before; null ends the pause, or takes note that it ended. */
  readonly until: Date | null
  /** Why: shown wherever the pause is. */
  readonly note?: string | undefined
}

/**
 * Stops an integration from opening tickets until a moment; closing goes on. What begins meanwhile is not forgotten: it waits
 * for `open-held`. Throws `RequestError`.
 */
export async function pauseIntegration(deps: Deps, input: PauseIntegration): Promise<IntegrationView> {
  const { id, until, note = '' } = input
  const issues = pauseIssues('until', until, deps.clock.now())
  if (issues.length > 0) throw invalidInput(issues)
  await withTransaction(deps.pool, async (client) => {
    const pause = until === null ? { until, by: null, note: '' } : { until, by: deps.actor.name, note: note.trim() }
    const before = await savePause(client, id, pause, deps.clock.now())
    if (before === null) throw notFound('integration', id)
    const told = (at: Date | null, why: string) => ({ pausedUntil: at?.toISOString() ?? null, pauseNote: why })
    const subject = { kind: 'integration', id, name: before.name }
    await writeAudit(deps, client, {
      action: 'pause-integration',
      subject,
      before: told(before.pausedUntil, before.pauseNote),
      after: told(until, pause.note),
    })
  })
  deps.log.info({ id, until }, until === null ? 'pause of an integration ended' : 'integration paused')
  return showIntegration(deps, { id })
}
