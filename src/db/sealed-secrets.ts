import { toJson } from './json.ts'
import type { Client, Sql } from './sql.ts'

/** Every place of the database where something sealed stands: for a change of the key, and for a key that was lost. */

/** `id` and `field` where a row has several; what they are sealed for is the use case's business. */
export type SealedSecret = { readonly sealed: string } & (
  | { readonly of: 'sources' | 'psas'; readonly id: number; readonly field: string }
  | { readonly of: 'source-channels'; readonly id: number; readonly field: string }
  | { readonly of: 'totp' | 'source-token'; readonly id: number }
  | { readonly of: 'webhook-secret' | 'webhook-url' | 'oidc' }
)

const ofConnections = (table: 'sources' | 'psas') =>
  `select '${table}' as of, t.id, s.key as field, s.value as sealed from ${table} t, jsonb_each_text(t.secrets) s`

/** All of them, kept as they are until the transaction ends. */
export async function lockSealedSecrets(client: Client): Promise<readonly SealedSecret[]> {
  await client.query(
    'lock table sources, psas, people, watch, oidc, source_tokens, source_channels in share row exclusive mode',
  )
  const { rows } = await client.query<SealedSecret>(
    `${ofConnections('sources')}
     union all ${ofConnections('psas')}
     union all select 'source-channels', c.source_id, s.key, s.value from source_channels c, jsonb_each_text(c.secrets) s
     union all select 'totp', id, null, totp_secret from people where totp_secret is not null
     union all select 'source-token', id, null, sealed from source_tokens where sealed is not null
     union all select 'webhook-secret', null, null, webhook_secret from watch where webhook_secret is not null
     union all select 'webhook-url', null, null, settings->>'webhookUrl' from watch where settings ? 'webhookUrl'
     union all select 'oidc', null, null, client_secret from oidc where client_secret <> ''`,
  )
  return rows
}

/** Puts another sealed text in the place of this one. */
export async function replaceSealedSecret(client: Client, secret: SealedSecret, sealed: string): Promise<void> {
  switch (secret.of) {
    case 'sources':
    case 'psas':
      await client.query(`update ${secret.of} set secrets = jsonb_set(secrets, array[$2], $3) where id = $1`, [
        secret.id,
        secret.field,
        toJson(sealed),
      ])
      return
    case 'source-channels':
      await client.query(
        'update source_channels set secrets = jsonb_set(secrets, array[$2], $3) where source_id = $1',
        [secret.id, secret.field, toJson(sealed)],
      )
      return
    case 'totp':
      await client.query('update people set totp_secret = $2 where id = $1', [secret.id, sealed])
      return
    case 'source-token':
      await client.query('update source_tokens set sealed = $2 where id = $1', [secret.id, sealed])
      return
    case 'webhook-secret':
      await client.query('update watch set webhook_secret = $1', [sealed])
      return
    case 'webhook-url':
      await client.query(`update watch set settings = jsonb_set(settings, '{webhookUrl}', $1)`, [toJson(sealed)])
      return
    case 'oidc':
      await client.query('update oidc set client_secret = $1', [sealed])
  }
}

/** What stands sealed of the installation, and proves the key. */
export async function saveSealedCheck(sql: Sql, sealedCheck: string): Promise<void> {
  await sql.query('update installation set sealed_check = $1', [sealedCheck])
}

/**
 * Forgets the secrets of a database whose key is lost. Authenticators are gone with it, so their people come in by password
 * alone until they set one up again. Returns how many connections must be given theirs again.
 */
export async function forgetSecrets(sql: Sql, sealedCheck: string): Promise<number> {
  const sources = await sql.query(`update sources set secrets = '{}' where secrets <> '{}'`)
  const psas = await sql.query(`update psas set secrets = '{}' where secrets <> '{}'`)
  await sql.query(`update watch set webhook_secret = null, settings = settings - 'webhookUrl'`)
  await sql.query(
    `update people set totp_secret = null, totp_confirmed_at = null, totp_last_step = null, recovery_digests = '{}'
     where totp_secret is not null`,
  )
  await sql.query(`update oidc set client_secret = ''`)
  await sql.query(`update source_channels set secrets = '{}', version = version + 1 where secrets <> '{}'`)
  // A signature that cannot be judged is worth nothing; tokens have digests and go on.
  await sql.query('delete from source_tokens where sealed is not null')
  await saveSealedCheck(sql, sealedCheck)
  return (sources.rowCount ?? 0) + (psas.rowCount ?? 0)
}
