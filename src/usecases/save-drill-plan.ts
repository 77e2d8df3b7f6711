import { type DrillSchedule, drillTitle } from '../core/drill.ts'
import type { FieldValues } from '../core/ticket.ts'
import { ensureDrillTenant, saveDrillPlan as storePlan } from '../db/drills.ts'
import { ensureDuty, hurryDuty } from '../db/duties.ts'
import { withTransaction } from '../db/transaction.ts'
import { createIntegration } from './create-integration.ts'
import { createSource } from './create-source.ts'
import type { Deps } from './deps.ts'
import type { DrillPlanView } from './drill-view.ts'
import { listRules } from './list-rules.ts'
import { mapTenant } from './map-tenant.ts'
import { drillConnector, drillStatus, drillTenant } from './own-sources.ts'
import { saveRules } from './save-rules.ts'
import { showDrillPlan } from './show-drill-plan.ts'
import { updateIntegration } from './update-integration.ts'
import { mustLoadPsa } from './with-desk.ts'
import { writeAudit } from './write-audit.ts'

export type SaveDrillPlan = {
  readonly psaId: number
  /** Whose the test tickets are: best an account of one's own. */
  readonly accountId: string
  /** The rule fields of the desk (queue, priority ...); what is absent stays, at first as the connector proposes. */
  readonly fields: FieldValues
  /** The general fields of the desk; what is absent has the connector's default. */
  readonly general?: FieldValues | undefined
  /** Null: only on demand. */
  readonly schedule: DrillSchedule | null
}

const description = [
  'This is a test ticket of Tocsin. Nothing is wrong, and nothing is to be done.',
  '',
  'It proves that Tocsin can open, read and close tickets here. Leave it alone: it is closed by Tocsin within minutes, and a person who closes it first makes the test fail.',
].join('\n')

/**
 * Sets up how a desk is drilled. What it makes are an ordinary source, integration, mapping and rule, visible and changeable
 * like all others; a second call changes them. Throws `RequestError`; what was made by then is found again next time.
 */
export async function saveDrillPlan(deps: Deps, input: SaveDrillPlan): Promise<DrillPlanView> {
  const { psaId, accountId, general, schedule } = input
  const psa = await mustLoadPsa(deps, psaId)
  const sourceId = await ensureSource(deps)
  const tenant = drillTenant({ psaId, psaName: psa.name })
  const now = deps.clock.now()
  const tenantId = await ensureDrillTenant(deps.pool, sourceId, tenant.key, tenant.name, now)
  const integrationId = await ensureIntegration(deps, { sourceId, psaId, psaName: psa.name }, general)
  await mapTenant(deps, { tenantId, integrationId, accountId })
  const { version, sections } = await listRules(deps, { integrationId })
  const fields = { ...sections.warning.find(({ key }) => key === drillStatus)?.fields, ...input.fields }
  const row = { section: 'warning', key: drillStatus, enabled: true, fields, delayMinutes: 0 } as const
  await saveRules(deps, { integrationId, version, rows: [row] })
  await withTransaction(deps.pool, async (client) => {
    await storePlan(client, { psaId, integrationId, tenantId, schedule }, now)
    await ensureDuty(client, 'conduct-drill', psaId, now)
    await hurryDuty(client, 'conduct-drill', psaId, now)
    await hurryDuty(client, 'poll-computers', sourceId, now)
    const subject = { kind: 'psa', id: psaId, name: psa.name }
    await writeAudit(deps, client, {
      action: 'save-drill-plan',
      subject,
      before: null,
      after: { accountId, fields, schedule },
    })
  })
  deps.log.info({ psa: psa.name, psaId, integrationId, accountId, schedule }, 'drill plan saved')
  return showDrillPlan(deps, { psaId })
}

async function ensureSource(deps: Deps): Promise<number> {
  const find = () =>
    deps.db.selectFrom('sources').select('id').where('connector', '=', drillConnector).orderBy('id').executeTakeFirst()
  const found = await find()
  if (found !== undefined) return found.id
  const input = { connector: drillConnector, name: 'Tocsin drills', settings: {}, check: false }
  const { connection } = await createSource(deps, input)
  return connection.id
}

async function ensureIntegration(
  deps: Deps,
  { sourceId, psaId, psaName }: { sourceId: number; psaId: number; psaName: string },
  general: FieldValues | undefined,
): Promise<number> {
  const found = await deps.db
    .selectFrom('integrations')
    .select('id')
    .where('source_id', '=', sourceId)
    .where('psa_id', '=', psaId)
    .orderBy('id')
    .executeTakeFirst()
  if (found !== undefined) {
    if (general !== undefined) await updateIntegration(deps, { id: found.id, general })
    return found.id
  }
  const texts = { titleTemplate: drillTitle, descriptionTemplate: description }
  const { id } = await createIntegration(deps, { name: `Tocsin drill: ${psaName}`, sourceId, psaId, general, ...texts })
  return id
}
