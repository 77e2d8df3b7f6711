import type { Role } from '../core/role.ts'
import type { Client, Sql } from './sql.ts'

export type Person = {
  readonly id: number
  readonly email: string
  readonly name: string
  readonly role: Role
  readonly passwordHash: string | null
  /** Sealed. */
  readonly totpSecret: string | null
  readonly totpConfirmedAt: Date | null
  readonly totpLastStep: number | null
  readonly recoveryDigests: readonly string[]
  readonly oidcSubject: string | null
  /** The role came from the provider's role map. */
  readonly roleByOidc: boolean
  readonly disabledAt: Date | null
  readonly lastSignedInAt: Date | null
  readonly createdAt: Date
}

const columns = `id, email, name, role, password_hash as "passwordHash", totp_secret as "totpSecret",
  totp_confirmed_at as "totpConfirmedAt", totp_last_step as "totpLastStep", recovery_digests as "recoveryDigests",
  oidc_subject as "oidcSubject", role_by_oidc as "roleByOidc", disabled_at as "disabledAt", last_signed_in_at as "lastSignedInAt", created_at as "createdAt"`

export async function loadPerson(sql: Sql, id: number): Promise<Person | null> {
  const { rows } = await sql.query<Person>(`select ${columns} from people where id = $1`, [id])
  return rows[0] ?? null
}

/** Upper and lower case are one in an address. */
export async function personByEmail(sql: Sql, email: string): Promise<Person | null> {
  const { rows } = await sql.query<Person>(`select ${columns} from people where lower(email) = lower($1)`, [email])
  return rows[0] ?? null
}

/** By the provider's own name for the person. */
export async function personBySubject(sql: Sql, subject: string): Promise<Person | null> {
  const { rows } = await sql.query<Person>(`select ${columns} from people where oidc_subject = $1`, [subject])
  return rows[0] ?? null
}

/** The same, kept as it is until the transaction ends. */
export async function lockPerson(client: Client, id: number): Promise<Person | null> {
  // Behind whoever holds `lockPeople` from the start, not only once this person is held already: that would be a deadlock.
  await client.query('lock table people in row exclusive mode')
  const { rows } = await client.query<Person>(`select ${columns} from people where id = $1 for update`, [id])
  return rows[0] ?? null
}

export async function allPeople(sql: Sql): Promise<readonly Person[]> {
  const { rows } = await sql.query<Person>(`select ${columns} from people order by lower(name), id`)
  return rows
}

export async function isAnybodyThere(sql: Sql): Promise<boolean> {
  const { rowCount } = await sql.query('select from people limit 1')
  return rowCount !== 0
}

/** Keeps every other change of people waiting until the transaction ends, so that the last administrator can be told. */
export async function lockPeople(client: Client): Promise<void> {
  await client.query('lock table people in share row exclusive mode')
}

export type NewPerson = Pick<Person, 'email' | 'name' | 'role' | 'passwordHash' | 'oidcSubject'>

export async function insertPerson(sql: Sql, person: NewPerson, now: Date): Promise<number> {
  const { rows } = await sql.query<{ id: number }>(
    `insert into people (email, name, role, password_hash, oidc_subject, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $6) returning id`,
    [person.email, person.name, person.role, person.passwordHash, person.oidcSubject, now],
  )
  const id = rows[0]?.id
  if (id === undefined) throw new Error('No person was inserted.')
  return id
}

export type PersonChange = Partial<
  Pick<
    Person,
    | 'name'
    | 'role'
    | 'passwordHash'
    | 'totpSecret'
    | 'totpConfirmedAt'
    | 'totpLastStep'
    | 'recoveryDigests'
    | 'oidcSubject'
    | 'roleByOidc'
    | 'disabledAt'
    | 'lastSignedInAt'
  >
>

const columnOf: Readonly<Record<keyof PersonChange, string>> = {
  name: 'name',
  role: 'role',
  passwordHash: 'password_hash',
  totpSecret: 'totp_secret',
  totpConfirmedAt: 'totp_confirmed_at',
  totpLastStep: 'totp_last_step',
  recoveryDigests: 'recovery_digests',
  oidcSubject: 'oidc_subject',
  roleByOidc: 'role_by_oidc',
  disabledAt: 'disabled_at',
  lastSignedInAt: 'last_signed_in_at',
}

/** Writes the named fields and no other. */
export async function updatePersonRow(sql: Sql, id: number, change: PersonChange, now: Date): Promise<void> {
  const keys = Object.keys(change) as (keyof PersonChange)[]
  const sets = keys.map((key, index) => `${columnOf[key]} = $${index + 3}`)
  await sql.query(`update people set ${['updated_at = $2', ...sets].join(', ')} where id = $1`, [
    id,
    now,
    ...keys.map((key) => change[key]),
  ])
}

/** A code is good once: false when its time step was used already, by whichever process. */
export async function spendTotpStep(sql: Sql, id: number, step: number): Promise<boolean> {
  const { rowCount } = await sql.query(
    'update people set totp_last_step = $2 where id = $1 and (totp_last_step is null or totp_last_step < $2)',
    [id, step],
  )
  return rowCount === 1
}

/** False when it is none of those that are left. */
export async function spendRecoveryCode(sql: Sql, id: number, digest: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    'update people set recovery_digests = array_remove(recovery_digests, $2) where id = $1 and $2 = any(recovery_digests)',
    [id, digest],
  )
  return rowCount === 1
}

export async function deletePersonRow(sql: Sql, id: number): Promise<void> {
  await sql.query('delete from people where id = $1', [id])
}
