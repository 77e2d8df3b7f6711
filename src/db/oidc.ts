import type { Role } from '../core/role.ts'
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
