import { type Role, roles } from '../core/role.ts'
import type { StoredOidc } from '../db/oidc.ts'
import type { OidcClaims } from '../lib/oidc.ts'
import { OidcRefusal } from './oidc-refusal.ts'

/** Who somebody is, as the provider says. */
export type OidcIdentity = {
  /** Its own name for the person: stable, and unique at this issuer. */
  readonly subject: string
  readonly email: string | null
  /** Whether the provider vouches that the person has this address. */
  readonly emailVerified: boolean
  readonly name: string | null
  /** The highest role that the role map gives; null: none. */
  readonly role: Role | null
}

/** Longest subject by OpenID Connect Core 1.0, 2. */
const longestSubject = 255

export function readIdentity(oidc: Pick<StoredOidc, 'roleClaim' | 'roleMap'>, claims: OidcClaims): OidcIdentity {
  if (claims.sub === '' || claims.sub.length > longestSubject) throw new OidcRefusal('bad-answer', 'no usable subject')
  const email = textOf(claims.email)
  return {
    subject: claims.sub,
    email: email !== null && email.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(email) ? email : null,
    emailVerified: isYes(claims.email_verified) || isYes(claims.xms_edov),
    name: textOf(claims.name)?.slice(0, 200) ?? null,
    role: mappedRole(oidc, claims),
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}

/**
 * `email_verified` is a boolean (OpenID Connect Core 1.0, 5.1); some send it as text. Microsoft Entra ID has `xms_edov` in its
 * place: "email domain owner verified", an optional claim that also comes as a number.
 */
function isYes(value: unknown): boolean {
  return value === true || value === 'true' || value === 1 || value === '1'
}

/** A claim may be one text or a list of them. A name with a colon or a slash is one claim; dots lead into objects. */
function mappedRole(
  { roleClaim, roleMap }: Pick<StoredOidc, 'roleClaim' | 'roleMap'>,
  claims: OidcClaims,
): Role | null {
  if (roleClaim === '') return null
  const found = claims[roleClaim] ?? roleClaim.split('.').reduce<unknown>(partOf, claims)
  const values = new Set((Array.isArray(found) ? found : [found]).filter((one) => typeof one === 'string'))
  const given = Object.entries(roleMap).flatMap(([value, role]) => (values.has(value) ? [role] : []))
  return given.sort((a, b) => roles.indexOf(b) - roles.indexOf(a))[0] ?? null
}

function partOf(object: unknown, name: string): unknown {
  if (typeof object !== 'object' || object === null || !Object.hasOwn(object, name)) return undefined
  return (object as Record<string, unknown>)[name]
}
