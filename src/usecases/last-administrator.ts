import type { Client } from '../db/sql.ts'
import { RequestError } from './request-error.ts'

/**
 * Refuses what leaves nobody who can sign in and administer. Inside a transaction that has made the change and holds
 * `lockPeople`.
 */
export async function mustLeaveAnAdministrator(client: Client): Promise<void> {
  const { rowCount } = await client.query(
    `select from people where role = 'administrator' and disabled_at is null
       and (password_hash is not null or oidc_subject is not null and exists (select from oidc)) limit 1`,
  )
  if (rowCount !== 0) return
  const message = 'Nobody could administer Tocsin any more. Make another person an administrator first.'
  throw new RequestError('last-administrator', message)
}

/** Whether this person is the only one left who can sign in and administer. Inside a transaction that holds `lockPeople`. */
export async function isLastAdministrator(client: Client, personId: number): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from people where role = 'administrator' and disabled_at is null and id <> $1
       and (password_hash is not null or oidc_subject is not null and exists (select from oidc)) limit 1`,
    [personId],
  )
  return rowCount === 0
}
