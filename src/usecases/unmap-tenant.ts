import { countOpenTickets, deleteMapping, mappingOf } from '../db/integrations.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { notFound, RequestError } from './request-error.ts'
import { writeAudit } from './write-audit.ts'

/**
 * Ends a mapping: no new tickets for this tenant, and none of those that wait to be sent. Those at the desk stay and are closed as before; the answer says how
 * many they are. Throws `RequestError`.
 */
export async function unmapTenant(deps: Deps, input: { tenantId: number }): Promise<{ openTickets: number }> {
  const { tenantId } = input
  const tenant = await deps.db.selectFrom('tenants').select('name').where('id', '=', tenantId).executeTakeFirst()
  if (tenant === undefined) throw notFound('tenant', tenantId)
  const openTickets = await withTransaction(deps.pool, async (client) => {
    const before = await mappingOf(client, tenantId)
    if (!(await deleteMapping(client, tenantId, deps.clock.now()))) {
      throw new RequestError('not-found', `“${tenant.name}” is not mapped, so there is nothing to end.`)
    }
    const subject = { kind: 'tenant', id: tenantId, name: tenant.name }
    await writeAudit(deps, client, { action: 'unmap-tenant', subject, before, after: null })
    return countOpenTickets(client, { tenantId })
  })
  deps.log.info({ client: tenant.name, tenantId, openTickets }, 'tenant unmapped')
  return { openTickets }
}
