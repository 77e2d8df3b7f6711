import { isInvitationOpen, takeInvitation } from '../db/invitations.ts'
import { insertPerson } from '../db/people.ts'
import { withTransaction } from '../db/transaction.ts'
import { hashPassword } from '../lib/password.ts'
import type { Deps } from './deps.ts'
import { mustBeGoodPassword } from './good-password.ts'
import { RequestError } from './request-error.ts'
import { secretDigest, type Visitor } from './session-life.ts'
import { welcome } from './sign-in.ts'
import { writeAudit } from './write-audit.ts'

export type AcceptInvitation = {
  readonly code: string
  readonly password: string
  /** Null: the name of the invitation. */
  readonly name?: string | undefined
}

/** Makes the invited person and signs it in; gives the cookie. */
export async function acceptInvitation(
  deps: Deps,
  input: AcceptInvitation & { visitor: Visitor },
): Promise<{ cookie: string; personId: number }> {
  const now = deps.clock.now()
  const digest = secretDigest(input.code.trim())
  // Before the costly part, so that nobody without an invitation makes the server work.
  if (!(await isInvitationOpen(deps.pool, digest, now))) throw notGoodAnyMore()
  await mustBeGoodPassword(input.password, [input.name ?? '', 'tocsin'], 'password')
  const passwordHash = await hashPassword(input.password)
  const person = await withTransaction(deps.pool, async (client) => {
    const invitation = await takeInvitation(client, digest, now)
    if (invitation === null) throw notGoodAnyMore()
    const { email, role } = invitation
    const name = input.name ?? invitation.name
    const id = await insertPerson(client, { email, name, role, passwordHash, oidcSubject: null }, now)
    const actor = { kind: 'person', id, name } as const
    const subject = { kind: 'person', id, name: email }
    const entry = { action: 'accept-invitation', subject, before: null, after: { name, email, role } }
    await writeAudit({ clock: deps.clock, actor }, client, entry)
    return { id, name, email, passwordHash }
  })
  return { cookie: await welcome(deps, person, input.visitor, 'invitation'), personId: person.id }
}

export function notGoodAnyMore(): RequestError {
  const message = 'This invitation is not good any more: it was used, taken back, or is over. Ask for a new one.'
  return new RequestError('not-found', message)
}
