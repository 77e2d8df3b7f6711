import { updatePersonRow } from '../db/people.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { mustBeOwnPassword } from './own-password.ts'
import { mustLoadPerson } from './sign-in.ts'
import { writeAudit } from './write-audit.ts'

/** Switches the own second factor off again; the password is asked for, since the screen may be somebody else's now. */
export async function removeTotp(deps: Deps, input: { personId: number; password: string }): Promise<void> {
  const person = await mustLoadPerson(deps, input.personId)
  await mustBeOwnPassword(deps, person, input.password, 'password')
  await withTransaction(deps.pool, async (client) => {
    const change = { totpSecret: null, totpConfirmedAt: null, totpLastStep: null, recoveryDigests: [] }
    await updatePersonRow(client, person.id, change, deps.clock.now())
    const subject = { kind: 'person', id: person.id, name: person.email }
    await writeAudit(deps, client, {
      action: 'remove-totp',
      subject,
      before: { secondFactor: person.totpConfirmedAt !== null },
      after: { secondFactor: false },
    })
  })
}
