import { lockTenants, takeInTenants } from '../db/mappings.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { notFound } from './request-error.ts'
import { writeAudit } from './write-audit.ts'

export type AddTenants = { readonly integrationId: number; readonly tenantIds: readonly number[] }

/**
 * Brings tenants back into an integration that they were removed from; they are not mapped yet. One that is mapped in
 * another integration is removed there first. Throws `RequestError`.
 */
export async function addTenants(deps: Deps, input: AddTenants): Promise<{ added: number }> {
  const { integrationId, tenantIds } = input
  const integration = await deps.db
    .selectFrom('integrations')
    .select('name')
    .where('id', '=', integrationId)
    .executeTakeFirst()
  if (integration === undefined) throw notFound('integration', integrationId)
  const added = await withTransaction(deps.pool, async (client) => {
    const ids = new Set(await takeInTenants(client, integrationId, tenantIds))
    if (ids.size === 0) return 0
    const tenants = await lockTenants(client, [...ids])
    const subject = { kind: 'integration', id: integrationId, name: integration.name }
    const after = { tenants: tenants.map(({ name }) => name) }
    await writeAudit(deps, client, { action: 'add-tenants', subject, before: null, after })
    return ids.size
  })
  return { added }
}
