import type { Sql } from './sql.ts'

/** The name of this installation, part of every reference: made once, never changed. */
export async function ensureInstallation(sql: Sql, name: string, now: Date): Promise<string> {
  await sql.query('insert into installation (name, created_at) values ($1, $2) on conflict do nothing', [name, now])
  const { rows } = await sql.query<{ name: string }>('select name from installation')
  return rows[0]?.name ?? name
}
