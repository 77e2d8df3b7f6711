import type { Sql } from './sql.ts'

export type Installation = { readonly name: string; readonly sealedCheck: string }

/** This installation: its name, part of every reference, and what proves the key for secrets. Made once, never changed. */
export async function ensureInstallation(sql: Sql, fresh: Installation, now: Date): Promise<Installation> {
  await sql.query(
    'insert into installation (name, sealed_check, created_at) values ($1, $2, $3) on conflict do nothing',
    [fresh.name, fresh.sealedCheck, now],
  )
  const { rows } = await sql.query<Installation>('select name, sealed_check as "sealedCheck" from installation')
  return rows[0] ?? fresh
}
