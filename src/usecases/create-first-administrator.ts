import { timingSafeEqual } from 'node:crypto'
import { insertPerson, isAnybodyThere, lockPeople } from '../db/people.ts'
import { withTransaction } from '../db/transaction.ts'
import { hashPassword } from '../lib/password.ts'
import type { Deps } from './deps.ts'
import { mustBeGoodPassword } from './good-password.ts'
import { invalidInput, RequestError } from './request-error.ts'
import { secretDigest, type Visitor } from './session-life.ts'
import { setupCodeDigest } from './setup-code.ts'
import { welcome } from './sign-in.ts'
import { writeAudit } from './write-audit.ts'

export type FirstAdministrator = {
  /** Printed at the start; proves that it is somebody who has the server in hand. */
  readonly setupCode: string
  readonly name: string
  readonly email: string
  readonly password: string
}

/** Makes the first person and signs it in; gives the cookie. Throws `already-set-up` once there is anybody. */
export async function createFirstAdministrator(
  deps: Deps,
  input: FirstAdministrator & { visitor: Visitor },
): Promise<{ cookie: string; personId: number }> {
  if (await isAnybodyThere(deps.pool)) throw alreadySetUp()
  const expected = Buffer.from(await setupCodeDigest(deps), 'hex')
  const given = Buffer.from(secretDigest(input.setupCode.trim()), 'hex')
  if (!timingSafeEqual(expected, given)) {
    const message =
      'This is not the set-up code. It was printed when the server started, and stands in setup-code in its data folder.'
    throw invalidInput([{ field: 'setupCode', message }])
  }
  await mustBeGoodPassword(input.password, [input.email, input.name, 'tocsin'], 'password')
  const { name, email } = input
  const passwordHash = await hashPassword(input.password)
  const now = deps.clock.now()
  const id = await withTransaction(deps.pool, async (client) => {
    await lockPeople(client)
    if (await isAnybodyThere(client)) throw alreadySetUp()
    const role = 'administrator'
    const made = await insertPerson(client, { email, name, role, passwordHash, oidcSubject: null }, now)
    const actor = { kind: 'person', id: made, name } as const
    const subject = { kind: 'person', id: made, name: email }
    const after = { name, email, role }
    await writeAudit({ clock: deps.clock, actor }, client, {
      action: 'create-first-administrator',
      subject,
      before: null,
      after,
    })
    return made
  })
  return { cookie: await welcome(deps, { id, name, email, passwordHash }, input.visitor, 'password'), personId: id }
}

function alreadySetUp(): RequestError {
  return new RequestError(
    'already-set-up',
    'This server has people already: sign in, or ask an administrator to invite you.',
  )
}
