import { updatePersonRow } from '../db/people.ts'
import { deleteSessionsOf } from '../db/sessions.ts'
import { withTransaction } from '../db/transaction.ts'
import { hashPassword } from '../lib/password.ts'
import type { Deps } from './deps.ts'
import { mustBeGoodPassword } from './good-password.ts'
import { mustBeOwnPassword } from './own-password.ts'
import { mustLoadPerson } from './sign-in.ts'
import { writeAudit } from './write-audit.ts'

export type ChangePassword = {
  readonly personId: number
  /** The session that stays; all others of the person end. */
  readonly sessionId: number | null
  readonly current: string
  readonly next: string
}

/** Changes the own password. Throws `invalid-input` when the present one is wrong, or the new one easy to guess. */
export async function changePassword(deps: Deps, input: ChangePassword): Promise<void> {
  const person = await mustLoadPerson(deps, input.personId)
  if (person.passwordHash !== null) await mustBeOwnPassword(deps, person, input.current, 'current')
  await mustBeGoodPassword(input.next, [person.email, person.name, 'tocsin'], 'next')
  const passwordHash = await hashPassword(input.next)
  await withTransaction(deps.pool, async (client) => {
    await updatePersonRow(client, person.id, { passwordHash }, deps.clock.now())
    await deleteSessionsOf(client, person.id, input.sessionId)
    const subject = { kind: 'person', id: person.id, name: person.email }
    const change = { before: { password: '(before)' }, after: { password: '(changed)' } }
    await writeAudit(deps, client, { action: 'change-password', subject, ...change })
  })
}
