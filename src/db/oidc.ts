import type { Role } from '../core/role.ts'
import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

export type StoredOidc = {
  readonly name: string
  readonly issuer: string
  readonly clientId: string
  /** Sealed. */
  readonly clientSecret: string
  /** Of e-mail addresses, in lower case; empty: only people who are known or invited. */
  readonly allowedDomains: readonly string[]
  /** For somebody of an allowed domain who comes for the first time; null: nobody is let in that way. */
  readonly defaultRole: 'operator' | 'read-only' | null
  /** Name of the claim that lists groups; empty: none is looked at. */
  readonly roleClaim: string
  /** Value of that claim to role. */
  readonly roleMap: Readonly<Record<string, Role>>
}

const columns = `name, issuer, client_id as "clientId", client_secret as "clientSecret", allowed_domains as "allowedDomains",
  default_role as "defaultRole", role_claim as "roleClaim", role_map as "roleMap"`

/** The provider people may sign in by; null when there is none. */
export async function loadOidc(sql: Sql): Promise<StoredOidc | null> {
  const { rows } = await sql.query<StoredOidc>(`select ${columns} from oidc`)
  return rows[0] ?? null
}

export async function saveOidcRow(sql: Sql, oidc: StoredOidc, now: Date): Promise<void> {
  await sql.query(
    `insert into oidc (name, issuer, client_id, client_secret, allowed_domains, default_role, role_claim, role_map, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (only_row) do update set name = $1, issuer = $2, client_id = $3, client_secret = $4, allowed_domains = $5,
       default_role = $6, role_claim = $7, role_map = $8, updated_at = $9`,
    [
      oidc.name,
      oidc.issuer,
      oidc.clientId,
      oidc.clientSecret,
      oidc.allowedDomains,
      oidc.defaultRole,
      oidc.roleClaim,
      toJson(oidc.roleMap),
      now,
    ],
  )
}

export async function deleteOidcRow(sql: Sql): Promise<void> {
  await sql.query('delete from oidc')
}

export type OidcStart = {
  readonly digest: string
  readonly verifier: string
  readonly nonce: string
  readonly next: string
  readonly endsAt: Date
}

export async function insertOidcStart(sql: Sql, start: OidcStart, now: Date): Promise<void> {
  await sql.query('delete from oidc_starts where ends_at <= $1', [now])
  await sql.query('insert into oidc_starts (digest, verifier, nonce, next, ends_at) values ($1, $2, $3, $4, $5)', [
    start.digest,
    start.verifier,
    start.nonce,
    start.next,
    start.endsAt,
  ])
}

/** Each is good once. */
export async function takeOidcStart(sql: Sql, digest: string, now: Date): Promise<OidcStart | null> {
  const { rows } = await sql.query<OidcStart>(
    `delete from oidc_starts where digest = $1 and ends_at > $2
     returning digest, verifier, nonce, next, ends_at as "endsAt"`,
    [digest, now],
  )
  return rows[0] ?? null
}
