import { allPeople, lockPerson, updatePersonRow } from '../db/people.ts'
import { deleteSessionsOf } from '../db/sessions.ts'
import { forgetFailuresOfPerson } from '../db/sign-in-failures.ts'
import { withTransaction } from '../db/transaction.ts'
import { hashPassword } from '../lib/password.ts'
import type { Deps } from './deps.ts'
import { mustBeGoodPassword } from './good-password.ts'
import { notFound, RequestError } from './request-error.ts'
import { writeAudit } from './write-audit.ts'

export type ResetPassword = {
  /** E-mail address, or the whole name when only one person has it. */
  readonly person: string
  readonly password: string
  /** For somebody who has lost the authenticator and the recovery codes too. */
  readonly removeSecondFactor: boolean
}

/**
 * Gives a person a new password, for somebody at the server's own prompt: all sessions end, and waits after failed sign-ins
 * do too. A person who was shut out stays shut out. Throws `not-found`, `invalid-input`, or `in-use` for a name of several.
 */
export async function resetPassword(deps: Deps, input: ResetPassword): Promise<{ email: string }> {
  const { id, email, name } = await findPerson(deps, input.person)
  await mustBeGoodPassword(input.password, [email, name, 'tocsin'], 'password')
  const passwordHash = await hashPassword(input.password)
  const now = deps.clock.now()
  await withTransaction(deps.pool, async (client) => {
    const before = await lockPerson(client, id)
    if (before === null) throw notFound('person', id)
    const noFactor = { totpSecret: null, totpConfirmedAt: null, totpLastStep: null, recoveryDigests: [] }
    await updatePersonRow(client, id, { passwordHash, ...(input.removeSecondFactor && noFactor) }, now)
    await deleteSessionsOf(client, id, null)
    await forgetFailuresOfPerson(client, email)
    const had = before.totpConfirmedAt !== null
    await writeAudit(deps, client, {
      action: 'reset-password',
      subject: { kind: 'person', id, name: email },
      before: { password: '(before)', secondFactor: had },
      after: { password: '(changed)', secondFactor: had && !input.removeSecondFactor },
    })
  })
  return { email }
}

/** Who is meant by an e-mail address or a name. Throws `RequestError` when it is nobody, or several. */
export async function findPerson(
  deps: Pick<Deps, 'pool'>,
  text: string,
): Promise<{ readonly id: number; readonly email: string; readonly name: string }> {
  const wanted = text.trim().toLowerCase()
  const people = await allPeople(deps.pool)
  const byEmail = people.filter(({ email }) => email.toLowerCase() === wanted)
  const [person, ...more] = byEmail.length > 0 ? byEmail : people.filter(({ name }) => name.toLowerCase() === wanted)
  if (person === undefined) {
    const all = people.map(({ email }) => email).join(', ')
    throw new RequestError('not-found', `There is nobody “${text}”. There are: ${all === '' ? 'no people yet' : all}.`)
  }
  if (more.length > 0) throw new RequestError('in-use', `Several people are named “${text}”: give the e-mail address.`)
  return person
}
