import type { Role } from '../core/role.ts'
import type { Sql } from './sql.ts'

export type Invitation = {
  readonly id: number
  readonly email: string
  readonly name: string
  readonly role: Role
  readonly createdAt: Date
  readonly endsAt: Date
}

const columns = 'id, email, name, role, created_at as "createdAt", ends_at as "endsAt"'

export type NewInvitation = Pick<Invitation, 'email' | 'name' | 'role' | 'endsAt'> & {
  readonly digest: string
  readonly invitedBy: number | null
}

/** A second invitation of the same address takes the place of the first. */
export async function insertInvitation(sql: Sql, invitation: NewInvitation, now: Date): Promise<Invitation> {
  const { email, name, role, digest, invitedBy, endsAt } = invitation
  const { rows } = await sql.query<Invitation>(
    `insert into invitations (email, name, role, digest, invited_by, created_at, ends_at) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (lower(email)) do update set name = excluded.name, role = excluded.role, digest = excluded.digest,
       invited_by = excluded.invited_by, created_at = excluded.created_at, ends_at = excluded.ends_at
     returning ${columns}`,
    [email, name, role, digest, invitedBy, now, endsAt],
  )
  if (rows[0] === undefined) throw new Error('No invitation was inserted.')
  return rows[0]
}

export async function openInvitations(sql: Sql, now: Date): Promise<readonly Invitation[]> {
  const { rows } = await sql.query<Invitation>(`select ${columns} from invitations where ends_at > $1 order by id`, [
    now,
  ])
  return rows
}

/** Whether the code of an invitation is good now; it stays good. */
export async function isInvitationOpen(sql: Sql, digest: string, now: Date): Promise<boolean> {
  const { rowCount } = await sql.query('select from invitations where digest = $1 and ends_at > $2', [digest, now])
  return rowCount === 1
}

/** Takes it out for good; null when there is none, or it is over. */
export async function takeInvitation(sql: Sql, digest: string, now: Date): Promise<Invitation | null> {
  const { rows } = await sql.query<Invitation>(
    `delete from invitations where digest = $1 and ends_at > $2 returning ${columns}`,
    [digest, now],
  )
  return rows[0] ?? null
}

/** The same for whoever has proved to have the address. */
export async function takeInvitationOf(sql: Sql, email: string, now: Date): Promise<Invitation | null> {
  const { rows } = await sql.query<Invitation>(
    `delete from invitations where lower(email) = lower($1) and ends_at > $2 returning ${columns}`,
    [email, now],
  )
  return rows[0] ?? null
}

export async function deleteInvitation(sql: Sql, id: number): Promise<Invitation | null> {
  const { rows } = await sql.query<Invitation>(`delete from invitations where id = $1 returning ${columns}`, [id])
  return rows[0] ?? null
}
