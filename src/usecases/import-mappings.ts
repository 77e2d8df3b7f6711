import { deleteMapping, liftMapping, saveMapping } from '../db/integrations.ts'
import type { Sql } from '../db/sql.ts'
import type { IntegrationEntry } from './config-file.ts'
import { type FieldIssue, invalidInput } from './request-error.ts'

type StoredMapping = { tenantId: number; tenant: string; account: string; accountName: string }

async function storedMappings(sql: Sql, integrationId: number): Promise<StoredMapping[]> {
  const { rows } = await sql.query<StoredMapping>(
    `select t.id as "tenantId", t.key as tenant, m.account_id as account, m.account_name as "accountName"
     from mappings m join tenants t on t.id = m.tenant_id where m.integration_id = $1`,
    [integrationId],
  )
  return rows
}

/** Ends the mappings of an integration that the document does not name so. */
export async function dropMappings(sql: Sql, integrationId: number, entry: IntegrationEntry, now: Date): Promise<void> {
  const kept = new Map(entry.mappings.map(({ tenant, account }) => [tenant, account]))
  for (const { tenantId, tenant, account } of await storedMappings(sql, integrationId)) {
    if (!kept.has(tenant)) await deleteMapping(sql, tenantId, now)
    else if (kept.get(tenant) !== account) await liftMapping(sql, tenantId)
  }
}

/** Makes the mappings of an integration those of the document. */
export async function writeMappings(
  sql: Sql,
  integrationId: number,
  entry: IntegrationEntry,
  now: Date,
): Promise<void> {
  const stored = new Map((await storedMappings(sql, integrationId)).map((mapping) => [mapping.tenant, mapping]))
  const { rows } = await sql.query<{ sourceId: number }>(
    'select source_id as "sourceId" from integrations where id = $1',
    [integrationId],
  )
  const sourceId = rows[0]?.sourceId ?? 0
  refuseDoubles(entry)
  for (const mapping of entry.mappings) {
    const field = `mappings.${mapping.tenant}`
    const before = stored.get(mapping.tenant)
    const accountName = mapping.accountName ?? before?.accountName ?? mapping.account
    if (before?.account === mapping.account && before.accountName === accountName) continue
    const tenantId = await ensureTenant(sql, sourceId, mapping, now)
    await refuseMappedElsewhere(sql, tenantId, integrationId, field)
    await saveMapping(sql, { integrationId, tenantId, accountId: mapping.account, accountName }, now)
  }
}

function refuseDoubles({ mappings }: IntegrationEntry): void {
  const issues = mappings.flatMap(({ tenant, account }, n): FieldIssue[] => {
    const earlier = mappings.slice(0, n)
    const field = `mappings.${tenant}`
    if (earlier.some((one) => one.tenant === tenant)) return [{ field, message: 'This tenant stands twice.' }]
    const holder = earlier.find((one) => one.account === account)
    if (holder === undefined) return []
    const message = `The account ${account} is mapped to ${holder.tenant} already: an account has one tenant.`
    return [{ field, message }]
  })
  if (issues.length > 0) throw invalidInput(issues)
}

/** A tenant that the source was not read for yet is made here, and takes its own name when it is. */
async function ensureTenant(
  sql: Sql,
  sourceId: number,
  mapping: IntegrationEntry['mappings'][number],
  now: Date,
): Promise<number> {
  const { rows } = await sql.query<{ id: number }>(
    `insert into tenants (source_id, key, name, enabled, first_seen_at) values ($1, $2, $3, true, $4)
     on conflict (source_id, key) do update set key = excluded.key returning id`,
    [sourceId, mapping.tenant, mapping.tenantName ?? mapping.tenant, now],
  )
  const id = rows[0]?.id
  if (id === undefined) throw new Error('No tenant was inserted.')
  return id
}

async function refuseMappedElsewhere(sql: Sql, tenantId: number, integrationId: number, field: string): Promise<void> {
  const { rows } = await sql.query<{ name: string }>(
    `select i.name from mappings m join integrations i on i.id = m.integration_id
     where m.tenant_id = $1 and m.integration_id <> $2`,
    [tenantId, integrationId],
  )
  if (rows[0] === undefined) return
  const message = `This tenant is mapped in “${rows[0].name}” too: a tenant belongs to one integration.`
  throw invalidInput([{ field, message }])
}
