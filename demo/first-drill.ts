import { listAccounts } from '../src/usecases/list-accounts.ts'
import { recommendRules } from '../src/usecases/recommend-rules.ts'
import { runDrill } from '../src/usecases/run-drill.ts'
import { saveDrillPlan } from '../src/usecases/save-drill-plan.ts'
import { saveWatchSettings } from '../src/usecases/save-watch-settings.ts'
import { showDrill } from '../src/usecases/show-drill.ts'
import { WatchSettingsInput } from '../src/usecases/watch-settings.ts'
import { idOf } from './set-up.ts'
import type { World } from './world.ts'

/** The provider's own company at Autotask. */
const ownCompany = '0'
const stepSeconds = 2
const mostSteps = 60
/** Half an hour of the story goes by between two looks, so a drill that a person fires takes hours there. */
const drillMinutes = 240

/** Fires a test ticket of the first pair before the story begins: the guided set-up is then finished to its last step. */
export async function drillFirst({ app: { deps }, parts, ids, step }: World): Promise<void> {
  const [first] = parts.integrations
  if (first === undefined) return
  const psaId = idOf(ids.psas, first.desk)
  const integrationId = idOf(ids.integrations, first.name)
  const accounts = await listAccounts(deps, { psaId })
  const account = accounts.find(({ id }) => id === ownCompany) ?? accounts[0]
  const { levels } = await recommendRules(deps, { integrationId })
  const fields = levels.find(({ level }) => level === 'warning')?.fields ?? {}
  await saveWatchSettings(deps, WatchSettingsInput.parse({ thresholds: { drillMinutes } }))
  await saveDrillPlan(deps, { psaId, accountId: account?.id ?? '', fields, schedule: null })
  const { id } = await runDrill(deps, { psaId })
  for (let n = 0; n < mostSteps && (await showDrill(deps, { id })).state === 'running'; n += 1) {
    await step(stepSeconds / 60)
  }
}
