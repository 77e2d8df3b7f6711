import type { Role } from '../core/role.ts'
import { loadOidc } from '../db/oidc.ts'
import { isAnybodyThere, loadPerson } from '../db/people.ts'
import type { LiveSession } from './check-session.ts'
import type { Deps } from './deps.ts'

export type SessionView = {
  readonly state: 'first-start' | 'signed-out' | 'signed-in'
  readonly person: {
    readonly id: number
    readonly name: string
    readonly email: string
    readonly role: Role
    readonly hasPassword: boolean
    readonly hasTotp: boolean
  } | null
  /** To be sent with every change, as proof that it comes from our own page. */
  readonly csrf: string | null
  /** Another way to sign in. */
  readonly oidc: { readonly name: string } | null
  /** Everything here is made up: the demo. */
  readonly demo: boolean
}

/** Who is signed in, and whether anybody can be yet. */
export async function showSession(deps: Deps, input: { session: LiveSession | null }): Promise<SessionView> {
  const { session } = input
  const oidc = await loadOidc(deps.pool)
  const place = { oidc: oidc === null ? null : { name: oidc.name }, demo: deps.demo }
  const person = session === null ? null : await loadPerson(deps.pool, session.personId)
  if (session === null || person === null) {
    const state = (await isAnybodyThere(deps.pool)) ? 'signed-out' : 'first-start'
    return { state, person: null, csrf: null, ...place }
  }
  const { id, name, email, role, passwordHash, totpConfirmedAt } = person
  const view = { id, name, email, role, hasPassword: passwordHash !== null, hasTotp: totpConfirmedAt !== null }
  return { state: 'signed-in', person: view, csrf: session.csrf, ...place }
}
