import type { Role } from '../core/role.ts'
import { insertInvitation } from '../db/invitations.ts'
import { personByEmail } from '../db/people.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { RequestError } from './request-error.ts'
import { secretDigest } from './session-life.ts'
import { writeAudit } from './write-audit.ts'

export type InvitePerson = { readonly email: string; readonly name: string; readonly role: Role }
export type PersonInvited = {
  readonly id: number
  /** Behind the mark #, so that it stands in no request line and no log. Shown this once. */
  readonly path: string
  readonly endsAt: Date
}

const invitationMs = 7 * 86_400_000

/** Invites somebody, who chooses the password by the link; good for a week, and for one use. */
export async function invitePerson(deps: Deps, input: InvitePerson): Promise<PersonInvited> {
  if ((await personByEmail(deps.pool, input.email)) !== null) {
    throw new RequestError('name-taken', `There is a person with the address ${input.email} already.`)
  }
  const now = deps.clock.now()
  const code = deps.ids.secret(20)
  const endsAt = new Date(now.getTime() + invitationMs)
  const { email, name, role } = input
  const id = await withTransaction(deps.pool, async (client) => {
    const invitedBy = deps.actor.kind === 'person' ? deps.actor.id : null
    const made = await insertInvitation(
      client,
      { email, name, role, digest: secretDigest(code), invitedBy, endsAt },
      now,
    )
    const subject = { kind: 'invitation', id: made.id, name: email }
    const after = { email, name, role, endsAt: endsAt.toISOString() }
    await writeAudit(deps, client, { action: 'invite-person', subject, before: null, after })
    return made.id
  })
  return { id, path: `/invitation#${code}`, endsAt }
}
