import type { Role } from '../core/role.ts'
import { toJson } from './json.ts'
import type { Client, Sql } from './sql.ts'

export type StoredOidc = {
  readonly name: string
  readonly issuer: string
  readonly clientId: string
  /** Sealed; empty: a public client. */
  readonly clientSecret: string
  /** Of e-mail addresses, in lower case; empty: only people who are known or invited. */
  readonly allowedDomains: readonly string[]
  /** For somebody of an allowed domain who comes for the first time; null: nobody is let in that way. */
  readonly defaultRole: 'operator' | 'read-only' | null
  /** Name of the claim that lists groups; empty: none is looked at. */
  readonly roleClaim: string
  /** Value of that claim to role. */
  readonly roleMap: Readonly<Record<string, Role>>
  readonly scopes: string
  readonly caPem: string
}

const columns = `name, issuer, client_id as "clientId", client_secret as "clientSecret", allowed_domains as "allowedDomains",
  default_role as "defaultRole", role_claim as "roleClaim", role_map as "roleMap", scopes, ca_pem as "caPem"`

/** The provider people may sign in by; null when there is none. `lock`: until the transaction ends nobody else saves it. */
export async function loadOidc(sql: Sql, { lock = false }: { lock?: boolean } = {}): Promise<StoredOidc | null> {
  if (lock) await sql.query('lock table oidc in share row exclusive mode')
  const { rows } = await sql.query<StoredOidc>(`select ${columns} from oidc`)
  return rows[0] ?? null
}

export async function saveOidcRow(sql: Sql, oidc: StoredOidc, now: Date): Promise<void> {
  await sql.query(
    `insert into oidc (name, issuer, client_id, client_secret, allowed_domains, default_role, role_claim, role_map, scopes,
       ca_pem, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (only_row) do update set name = excluded.name, issuer = excluded.issuer, client_id = excluded.client_id,
       client_secret = excluded.client_secret, allowed_domains = excluded.allowed_domains,
       default_role = excluded.default_role, role_claim = excluded.role_claim, role_map = excluded.role_map,
       scopes = excluded.scopes, ca_pem = excluded.ca_pem, updated_at = excluded.updated_at`,
    [
      oidc.name,
      oidc.issuer,
      oidc.clientId,
      oidc.clientSecret,
      oidc.allowedDomains,
      oidc.defaultRole,
      oidc.roleClaim,
      toJson(oidc.roleMap),
      oidc.scopes,
      oidc.caPem,
      now,
    ],
  )
}

export async function deleteOidcRow(sql: Sql): Promise<void> {
  await sql.query('delete from oidc')
}

/**
 * Forgets who is who at the provider. A subject means something only together with its issuer: at another one the same text
 * may be somebody else.
 */
export async function forgetSubjects(client: Client): Promise<void> {
  await client.query('update people set oidc_subject = null where oidc_subject is not null')
}
