import type { Role } from '../core/role.ts'
import { type Invitation, takeInvitation, takeInvitationOf } from '../db/invitations.ts'
import type { StoredOidc } from '../db/oidc.ts'
import { insertPerson, lockPeople, type Person, personByEmail, personBySubject, updatePersonRow } from '../db/people.ts'
import type { Client } from '../db/sql.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { isLastAdministrator } from './last-administrator.ts'
import type { OidcIdentity } from './oidc-identity.ts'
import { OidcRefusal } from './oidc-refusal.ts'
import { writeAudit } from './write-audit.ts'

export type AdmitByOidc = {
  readonly oidc: StoredOidc
  readonly identity: OidcIdentity
  /** Digest of the code of an invitation that the person brought along. */
  readonly invitation: string | null
}

type Admitted = Pick<Person, 'id' | 'name' | 'email' | 'passwordHash'>

/**
 * Finds or makes the person that the provider has vouched for: by its subject, by a verified address, by an invitation, or by
 * an allowed domain, in this order. An administrator is made by the role map or by an invitation alone. Throws `OidcRefusal`.
 */
export function admitByOidc(deps: Deps, input: AdmitByOidc): Promise<Admitted> {
  return withTransaction(deps.pool, async (client) => {
    await lockPeople(client)
    const known = await personBySubject(client, input.identity.subject)
    if (known !== null) return admitKnown(deps, client, known, input)
    const { email } = input.identity
    const named = email === null ? null : await personByEmail(client, email)
    if (named !== null) return admitNamed(deps, client, named, input)
    return admitNew(deps, client, input)
  })
}

async function admitKnown(
  deps: Deps,
  client: Client,
  person: Person,
  { oidc, identity }: AdmitByOidc,
): Promise<Admitted> {
  if (person.disabledAt !== null) throw new OidcRefusal('shut-out')
  const role = await keptRole(deps, client, person, roleNow(oidc, identity, person))
  const roleByOidc = identity.role === null ? person.roleByOidc : role === identity.role
  if (role === person.role && roleByOidc === person.roleByOidc) return person
  await updatePersonRow(client, person.id, { role, roleByOidc }, deps.clock.now())
  if (role !== person.role) await tell(deps, client, person, { role: person.role }, { role })
  return person
}

/** Somebody who has been here before, by a password, and comes by the provider for the first time. */
async function admitNamed(deps: Deps, client: Client, person: Person, input: AdmitByOidc): Promise<Admitted> {
  const { oidc, identity } = input
  // An address that nobody vouches for would let anybody in who enters it at the provider.
  if (!identity.emailVerified) throw new OidcRefusal('not-verified')
  if (person.disabledAt !== null) throw new OidcRefusal('shut-out')
  if (person.oidcSubject !== null) throw new OidcRefusal('other-account')
  await updatePersonRow(client, person.id, { oidcSubject: identity.subject }, deps.clock.now())
  await tell(deps, client, person, { provider: null }, { provider: oidc.name })
  return admitKnown(deps, client, { ...person, oidcSubject: identity.subject }, input)
}

async function admitNew(deps: Deps, client: Client, input: AdmitByOidc): Promise<Admitted> {
  const { oidc, identity } = input
  const invitation = await invitationOf(deps, client, input)
  const email = invitation?.email ?? identity.email
  if (email === null) throw new OidcRefusal('no-email')
  if (invitation === null) mustBeWelcome(oidc, identity, email)
  else if ((await personByEmail(client, email)) !== null) throw new OidcRefusal('other-account')
  const role = identity.role ?? (invitation === null ? oidc.defaultRole : invitation.role)
  if (role === null) throw new OidcRefusal('no-role')
  const name = identity.name ?? invitation?.name ?? email
  const now = deps.clock.now()
  const person = { email, name, role, passwordHash: null, oidcSubject: identity.subject }
  const id = await insertPerson(client, person, now)
  if (identity.role !== null) await updatePersonRow(client, id, { roleByOidc: true }, now)
  const by = invitation === null ? 'domain' : 'invitation'
  await tell(deps, client, { id, name, email }, null, { name, email, role, by, provider: oidc.name })
  return { id, name, email, passwordHash: null }
}

/** The one that was brought along, or the one for an address that the provider vouches for. */
async function invitationOf(
  deps: Deps,
  client: Client,
  { identity, invitation }: AdmitByOidc,
): Promise<Invitation | null> {
  const now = deps.clock.now()
  const brought = invitation === null ? null : await takeInvitation(client, invitation, now)
  if (brought !== null) return brought
  return identity.email === null || !identity.emailVerified ? null : takeInvitationOf(client, identity.email, now)
}

function mustBeWelcome(oidc: StoredOidc, identity: OidcIdentity, email: string): void {
  if (!identity.emailVerified) throw new OidcRefusal('not-verified')
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase()
  if (!oidc.allowedDomains.includes(domain)) throw new OidcRefusal('foreign-domain')
}

/** The provider's groups decide for those whose role came from them; for others only when they name one. */
function roleNow(oidc: StoredOidc, identity: OidcIdentity, person: Person): Role {
  if (identity.role !== null) return identity.role
  if (!person.roleByOidc || oidc.roleClaim === '') return person.role
  if (oidc.defaultRole === null) throw new OidcRefusal('no-role')
  return oidc.defaultRole
}

/** The last administrator stays one, whatever the provider says: without any nobody could put that right. */
async function keptRole(deps: Deps, client: Client, person: Person, role: Role): Promise<Role> {
  const lowers = person.role === 'administrator' && role !== 'administrator'
  if (!lowers || !(await isLastAdministrator(client, person.id))) return role
  deps.log.warn({ personId: person.id, role }, 'the provider would lower the last administrator; the role was kept')
  return person.role
}

async function tell(
  deps: Deps,
  client: Client,
  person: Pick<Person, 'id' | 'name' | 'email'>,
  before: Record<string, unknown> | null,
  after: Record<string, unknown>,
): Promise<void> {
  const actor = { kind: 'person', id: person.id, name: person.name } as const
  const subject = { kind: 'person', id: person.id, name: person.email }
  await writeAudit({ clock: deps.clock, actor }, client, { action: 'finish-oidc', subject, before, after })
}
