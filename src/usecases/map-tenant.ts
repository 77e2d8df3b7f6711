import { countOpenTickets, mappingOf, saveMapping } from '../db/integrations.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { readAccounts } from './desk-accounts.ts'
import { invalidInput, notFound, RequestError } from './request-error.ts'
import { writeAudit } from './write-audit.ts'

export type MapTenant = {
  readonly tenantId: number
  readonly integrationId: number
  readonly accountId: string
}

export type TenantMapped = {
  readonly tenantId: number
  readonly integrationId: number
  readonly accountId: string
  readonly accountName: string
  /** Tickets of this tenant that are not done; they stay where they were opened. */
  readonly openTickets: number
}

/**
 * Maps a tenant to an account that is active at the desk now, one to one. Opens nothing: what is wrong already is opened by
 * `open-held`. A tenant that was mapped otherwise is mapped anew. Throws `RequestError`.
 */
export async function mapTenant(deps: Deps, input: MapTenant): Promise<TenantMapped> {
  const { tenantId, integrationId, accountId } = input
  const tenant = await deps.db.selectFrom('tenants').selectAll().where('id', '=', tenantId).executeTakeFirst()
  if (tenant === undefined) throw notFound('tenant', tenantId)
  const integration = await deps.db
    .selectFrom('integrations')
    .selectAll()
    .where('id', '=', integrationId)
    .executeTakeFirst()
  if (integration === undefined || integration.source_id !== tenant.source_id) {
    const message =
      integration === undefined
        ? `There is no integration ${integrationId}.`
        : `“${tenant.name}” belongs to another source than the integration “${integration.name}”: choose an integration of its source.`
    throw invalidInput([{ field: 'integrationId', message }])
  }
  const account = (await readAccounts(deps, integration.psa_id)).find(({ id }) => id === accountId)
  if (account === undefined) {
    const message = `The desk has no active account ${accountId}: choose one from its list, or activate it there.`
    throw invalidInput([{ field: 'accountId', message }])
  }
  const now = deps.clock.now()
  const openTickets = await orAccountTaken(deps, input, account.name, () =>
    withTransaction(deps.pool, async (client) => {
      const before = await mappingOf(client, tenantId)
      await saveMapping(client, { integrationId, tenantId, accountId, accountName: account.name }, now)
      const open = await countOpenTickets(client, { tenantId })
      const subject = { kind: 'tenant', id: tenantId, name: tenant.name }
      const after = { integration: integration.name, accountId, accountName: account.name }
      await writeAudit(deps, client, { action: 'map-tenant', subject, before, after })
      return open
    }),
  )
  deps.log.info({ client: tenant.name, tenantId, integrationId, accountId, account: account.name }, 'tenant mapped')
  return { tenantId, integrationId, accountId, accountName: account.name, openTickets }
}

async function orAccountTaken<T>(
  deps: Deps,
  { integrationId, accountId }: MapTenant,
  accountName: string,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write()
  } catch (error) {
    const { code, constraint } = error as { code?: unknown; constraint?: unknown }
    if (code !== '23505' || constraint !== 'mappings_integration_id_account_id_key') throw error
    const holder = await deps.db
      .selectFrom('mappings as m')
      .innerJoin('tenants as t', 't.id', 'm.tenant_id')
      .select('t.name')
      .where('m.integration_id', '=', integrationId)
      .where('m.account_id', '=', accountId)
      .executeTakeFirst()
    const message = `“${accountName}” is mapped to “${holder?.name ?? 'another tenant'}” already: an account has one tenant. Unmap that one first.`
    throw new RequestError('account-taken', message)
  }
}
