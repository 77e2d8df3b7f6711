import { loadPerson, lockPerson, type Person, personByEmail, updatePersonRow } from '../db/people.ts'
import { rememberAddress } from '../db/sign-in-failures.ts'
import { withTransaction } from '../db/transaction.ts'
import { isPassword } from '../lib/password.ts'
import { type Attempt, attemptIsOpen, attemptWasRight, mayAttempt } from './attempts.ts'
import type { Deps } from './deps.ts'
import { RequestError } from './request-error.ts'
import { beginSession, type Visitor } from './session-life.ts'
import { isSecondFactor } from './totp.ts'
import { writeAudit } from './write-audit.ts'

export type SignIn = {
  readonly email: string
  readonly password: string
  /** Of the authenticator, or a recovery code. */
  readonly code?: string | undefined
}

/** Signs a person in; gives the cookie. Throws `wrong-credentials`, `code-needed` or `too-many-attempts`. */
export async function signIn(
  deps: Deps,
  input: SignIn & { visitor: Visitor },
): Promise<{ cookie: string; personId: number }> {
  const email = input.email.trim()
  const person = await personByEmail(deps.pool, email)
  const { address } = input.visitor
  const attempt = await mayAttempt(deps, { email, personId: person?.id ?? null, address })
  const mayTry = person !== null && person.disabledAt === null
  const isRight = await isPassword(mayTry ? person.passwordHash : null, input.password)
  if (!isRight || person === null) {
    // People type passwords into the field for the address: what was typed there is not logged.
    deps.log.warn({ personId: person?.id ?? null, address }, 'sign-in failed')
    throw wrongCredentials()
  }
  if (person.totpConfirmedAt !== null) await mustBeSecondFactor(deps, person, input, attempt)
  const cookie = await welcome(deps, person, input.visitor, 'password')
  await attemptWasRight(deps, attempt)
  return { cookie, personId: person.id }
}

async function mustBeSecondFactor(
  deps: Deps,
  person: Person,
  { code, visitor }: SignIn & { visitor: Visitor },
  attempt: Attempt,
): Promise<void> {
  if (code === undefined || code.trim() === '') {
    await attemptIsOpen(deps, attempt)
    throw new RequestError('code-needed', 'Enter the code that your authenticator shows, or a recovery code.')
  }
  if (await isSecondFactor(deps, person, code)) return
  deps.log.warn({ personId: person.id, address: visitor.address }, 'sign-in failed: wrong code')
  throw new RequestError('code-needed', 'The code is wrong or was used already: wait for the next one and enter that.')
}

/**
 * Begins a session of a person who has proved to be it, and writes it down. Throws `wrong-credentials` when the person was
 * shut out or got another password in the same moment.
 */
export async function welcome(
  deps: Deps,
  person: Pick<Person, 'id' | 'name' | 'email' | 'passwordHash'>,
  visitor: Visitor,
  by: 'password' | 'invitation' | 'oidc',
): Promise<string> {
  const now = deps.clock.now()
  const actor = { kind: 'person', id: person.id, name: person.name } as const
  return withTransaction(deps.pool, async (client) => {
    const present = await lockPerson(client, person.id)
    if (present === null || present.disabledAt !== null || present.passwordHash !== person.passwordHash) {
      throw wrongCredentials()
    }
    await updatePersonRow(client, person.id, { lastSignedInAt: now }, now)
    await rememberAddress(client, person.id, visitor.address, now)
    const cookie = await beginSession(deps, client, person, visitor)
    const subject = { kind: 'person', id: person.id, name: person.email }
    const after = { by, address: visitor.address }
    await writeAudit({ clock: deps.clock, actor }, client, { action: 'sign-in', subject, before: null, after })
    return cookie
  })
}

/** The same for a person who is not there, one who was shut out, and a wrong password. */
function wrongCredentials(): RequestError {
  return new RequestError('wrong-credentials', 'E-mail or password is wrong.')
}

/** A person who must still be there. */
export async function mustLoadPerson(deps: Deps, id: number): Promise<Person> {
  const person = await loadPerson(deps.pool, id)
  if (person === null) throw new RequestError('not-found', 'This person was removed meanwhile.')
  return person
}
