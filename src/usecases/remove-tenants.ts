import { deleteMapping, lockIntegration } from '../db/integrations.ts'
import { leaveOutTenants, lockTenants, type TicketCounts, ticketsByTenant } from '../db/mappings.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { invalidInput, notFound } from './request-error.ts'
import { writeAudit } from './write-audit.ts'

export type RemoveTenants = { readonly integrationId: number; readonly tenantIds: readonly number[] }

/** `openTickets` as they were when the mapping ended; `unsentTickets` of them were given up. */
export type TenantsRemoved = TicketCounts & { readonly removed: number; readonly unmapped: number }

/**
 * Takes tenants out of an integration: they get no tickets and are no longer asked about. A mapping ends with it, as
 * `unmap-tenant` ends one. Throws `RequestError`.
 */
export async function removeTenants(deps: Deps, input: RemoveTenants): Promise<TenantsRemoved> {
  const { integrationId, tenantIds } = input
  const integration = await deps.db
    .selectFrom('integrations')
    .select(['name', 'source_id'])
    .where('id', '=', integrationId)
    .executeTakeFirst()
  if (integration === undefined) throw notFound('integration', integrationId)
  const { name, source_id: sourceId } = integration
  const now = deps.clock.now()
  const result = await withTransaction(deps.pool, async (client) => {
    if (!(await lockIntegration(client, integrationId))) throw notFound('integration', integrationId)
    const tenants = await lockTenants(client, tenantIds)
    const strange = tenantIds.filter((id) => tenants.find((one) => one.id === id)?.sourceId !== sourceId)
    if (strange.length > 0) {
      const message = `There is no tenant ${strange.join(', ')} in the source of “${name}”: read the list again.`
      throw invalidInput([{ field: 'tenantIds', message }])
    }
    const mapped = tenants.filter((tenant) => tenant.integrationId === integrationId)
    const mappedIds = mapped.map(({ id }) => id)
    const counts = [...(await ticketsByTenant(client, mappedIds)).values()]
    for (const id of mappedIds) await deleteMapping(client, id, now)
    await leaveOutTenants(client, integrationId, tenantIds, now)
    const subject = { kind: 'integration', id: integrationId, name }
    const before = Object.fromEntries(
      tenants.map((one) => [one.name, one.integrationId === integrationId ? one.accountName : null]),
    )
    await writeAudit(deps, client, { action: 'remove-tenants', subject, before, after: null })
    const sum = (key: keyof TicketCounts) => counts.reduce((total, one) => total + one[key], 0)
    return {
      removed: tenants.length,
      unmapped: mapped.length,
      openTickets: sum('openTickets'),
      unsentTickets: sum('unsentTickets'),
    }
  })
  deps.log.info({ integrationId, ...result }, 'tenants removed from an integration')
  return result
}
