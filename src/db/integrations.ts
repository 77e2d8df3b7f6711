import type { FieldValues } from '../core/ticket.ts'
import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

/** Saving integrations and mappings. */

export type IntegrationValues = {
  readonly name: string
  readonly general: FieldValues
  readonly titleTemplate: string
  readonly descriptionTemplate: string
  readonly repeats: 'note' | 'ticket'
  readonly repeatNoteMinutes: number
  readonly pausedUntil: Date | null
}

/** Throws the driver's foreign key error when the source or the PSA is gone. */
export async function insertIntegration(
  sql: Sql,
  pair: { sourceId: number; psaId: number },
  values: IntegrationValues,
  now: Date,
): Promise<number> {
  const { rows } = await sql.query<{ id: number }>(
    `insert into integrations (name, source_id, psa_id, general, title_template, description_template, repeats,
       repeat_note_minutes, paused_until, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) returning id`,
    [
      values.name,
      pair.sourceId,
      pair.psaId,
      toJson(values.general),
      values.titleTemplate,
      values.descriptionTemplate,
      values.repeats,
      values.repeatNoteMinutes,
      values.pausedUntil,
      now,
    ],
  )
  const id = rows[0]?.id
  if (id === undefined) throw new Error('No row was inserted into integrations.')
  return id
}

export async function saveIntegration(sql: Sql, id: number, values: IntegrationValues, now: Date): Promise<void> {
  await sql.query(
    `update integrations set name = $2, general = $3, title_template = $4, description_template = $5, repeats = $6,
       repeat_note_minutes = $7, paused_until = $8, updated_at = $9,
       paused_by = case when paused_until is distinct from $8 then null else paused_by end,
       pause_note = case when paused_until is distinct from $8 then '' else pause_note end
     where id = $1`,
    [
      id,
      values.name,
      toJson(values.general),
      values.titleTemplate,
      values.descriptionTemplate,
      values.repeats,
      values.repeatNoteMinutes,
      values.pausedUntil,
      now,
    ],
  )
}

/** Sets or ends a pause; gives what was before, null when the integration is gone. */
export async function savePause(
  sql: Sql,
  id: number,
  pause: { readonly until: Date | null; readonly by: string | null; readonly note: string },
  now: Date,
): Promise<{ name: string; pausedUntil: Date | null; pauseNote: string } | null> {
  const { rows } = await sql.query<{ name: string; pausedUntil: Date | null; pauseNote: string }>(
    `update integrations i set paused_until = $2, paused_by = $3, pause_note = $4, updated_at = $5
     from (select id, name, paused_until, pause_note from integrations where id = $1 for update) o
     where i.id = o.id returning o.name, o.paused_until as "pausedUntil", o.pause_note as "pauseNote"`,
    [id, pause.until, pause.by, pause.note, now],
  )
  return rows[0] ?? null
}

/** Locks an integration, so that no ticket is made for it until the transaction ends; false when it is gone. */
export async function lockIntegration(sql: Sql, id: number): Promise<boolean> {
  const { rowCount } = await sql.query('select from integrations where id = $1 for update', [id])
  return rowCount === 1
}

/** How a tenant is mapped now, by names; null when it is not. */
export async function mappingOf(
  sql: Sql,
  tenantId: number,
): Promise<{ integration: string; accountId: string; accountName: string } | null> {
  const { rows } = await sql.query<{ integration: string; accountId: string; accountName: string }>(
    `select i.name as integration, m.account_id as "accountId", m.account_name as "accountName"
     from mappings m join integrations i on i.id = m.integration_id where m.tenant_id = $1`,
    [tenantId],
  )
  return rows[0] ?? null
}

/** Tickets that are not done: of an integration, of one tenant, or of a tenant in an integration. */
export async function countOpenTickets(sql: Sql, of: { integrationId?: number; tenantId?: number }): Promise<number> {
  const { rows } = await sql.query<{ open: number }>(
    `select count(*)::int as open from tickets where done_at is null
       and ($1::bigint is null or integration_id = $1) and ($2::bigint is null or tenant_id = $2)`,
    [of.integrationId ?? null, of.tenantId ?? null],
  )
  return rows[0]?.open ?? 0
}

/** Deletes an integration with its mappings, its rules and the history of its tickets. */
export async function deleteIntegrationRows(sql: Sql, id: number): Promise<void> {
  // Years of history take longer than a statement usually may.
  await sql.query('set local statement_timeout = 0')
  await sql.query('delete from tickets where integration_id = $1', [id])
  await sql.query('delete from mappings where integration_id = $1', [id])
  // After the mappings: judging that is under way holds them, and stores decisions until it ends.
  await sql.query('delete from decisions where integration_id = $1', [id])
  await sql.query('delete from integrations where id = $1', [id])
}

export type MappingValues = {
  readonly integrationId: number
  readonly tenantId: number
  readonly accountId: string
  readonly accountName: string
}

/** Maps a tenant, also one that was mapped otherwise. Throws the driver's error when the account is taken. */
export async function saveMapping(sql: Sql, mapping: MappingValues, now: Date): Promise<void> {
  await sql.query(
    `insert into mappings (integration_id, tenant_id, account_id, account_name, created_at) values ($1, $2, $3, $4, $5)
     on conflict (tenant_id) do update set integration_id = excluded.integration_id, account_id = excluded.account_id,
       account_name = excluded.account_name, created_at = excluded.created_at`,
    [mapping.integrationId, mapping.tenantId, mapping.accountId, mapping.accountName, now],
  )
  await sql.query(
    `update tickets set account_id = $3, desired_version = desired_version + 1
     where tenant_id = $1 and integration_id = $2 and account_id <> $3 and ${notSent}`,
    [mapping.tenantId, mapping.integrationId, mapping.accountId],
  )
  await giveUpUnsent(sql, mapping.tenantId, mapping.integrationId, now)
  await sql.query('delete from left_out_tenants where integration_id = $1 and tenant_id = $2', [
    mapping.integrationId,
    mapping.tenantId,
  ])
}

/** Takes a mapping out before it is written anew, so that two tenants can change accounts. Its waiting tickets stay. */
export async function liftMapping(sql: Sql, tenantId: number): Promise<void> {
  await sql.query('delete from mappings where tenant_id = $1', [tenantId])
}

/** A ticket that no desk was told of: nothing is lost when it goes to another account, or nowhere. */
const notSent = `done_at is null and phase = 'absent' and unsure_since is null and lease_owner is null`

/** A client's tickets that wait for a desk at which it is no longer mapped are not wanted any more. */
async function giveUpUnsent(sql: Sql, tenantId: number, keptIntegrationId: number, now: Date): Promise<void> {
  await sql.query(
    `update tickets set want = 'nothing', due_at = $3, desired_version = desired_version + 1
     where tenant_id = $1 and integration_id <> $2 and ${notSent}`,
    [tenantId, keptIntegrationId, now],
  )
}

/** False when it was not mapped. Tickets that no desk was told of yet are given up; the others live on. */
export async function deleteMapping(sql: Sql, tenantId: number, now: Date): Promise<boolean> {
  const { rowCount } = await sql.query('delete from mappings where tenant_id = $1', [tenantId])
  await giveUpUnsent(sql, tenantId, 0, now)
  return (rowCount ?? 0) > 0
}
