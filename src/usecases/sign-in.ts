import { loadPerson, type Person, personByEmail, updatePersonRow } from '../db/people.ts'
import { blockedUntil, countFailure, forgetFailures, type Patience } from '../db/sign-in-failures.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { isPassword } from './password.ts'
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

/**
 * Waits between failed sign-ins. They grow, and never beyond a quarter of an hour: whoever knows the password comes in after
 * that, so nobody can be locked out for good by somebody who does not.
 */
const personPatience: Patience = { free: 5, firstMs: 2_000, longestMs: 900_000, forgetMs: 3_600_000 }
/** One address may stand for a whole office. */
const addressPatience: Patience = { free: 30, firstMs: 2_000, longestMs: 900_000, forgetMs: 3_600_000 }

/** Signs a person in; gives the cookie. Throws `wrong-credentials`, `code-needed` or `too-many-attempts`. */
export async function signIn(
  deps: Deps,
  input: SignIn & { visitor: Visitor },
): Promise<{ cookie: string; personId: number }> {
  const email = input.email.trim()
  const subjects = { address: `address ${input.visitor.address}`, person: `person ${email.toLowerCase()}` }
  const now = deps.clock.now()
  const until = await blockedUntil(deps.pool, Object.values(subjects), now)
  if (until !== null) throw tooMany(until)
  const person = await personByEmail(deps.pool, email)
  const mayTry = person !== null && person.disabledAt === null
  const isRight = await isPassword(mayTry ? person.passwordHash : null, input.password)
  if (!isRight || person === null) {
    await fail(deps, subjects, email)
    throw wrongCredentials()
  }
  if (person.totpConfirmedAt !== null) await mustBeSecondFactor(deps, person, input.code, subjects)
  await forgetFailures(deps.pool, subjects.person)
  return { cookie: await welcome(deps, person, input.visitor, 'password'), personId: person.id }
}

async function mustBeSecondFactor(
  deps: Deps,
  person: Person,
  code: string | undefined,
  subjects: { address: string; person: string },
): Promise<void> {
  if (code === undefined || code.trim() === '') {
    throw new RequestError('code-needed', 'Enter the code that your authenticator shows, or a recovery code.')
  }
  if (await isSecondFactor(deps, person, code)) return
  await fail(deps, subjects, person.email)
  throw new RequestError('code-needed', 'The code is wrong or was used already: wait for the next one and enter that.')
}

/** Begins a session of a person who has proved to be it, and writes it down. */
export async function welcome(
  deps: Deps,
  person: Pick<Person, 'id' | 'name' | 'email'>,
  visitor: Visitor,
  by: 'password' | 'oidc' | 'invitation',
): Promise<string> {
  const now = deps.clock.now()
  const actor = { kind: 'person', id: person.id, name: person.name } as const
  return withTransaction(deps.pool, async (client) => {
    await updatePersonRow(client, person.id, { lastSignedInAt: now }, now)
    const cookie = await beginSession(deps, client, person, visitor)
    const subject = { kind: 'person', id: person.id, name: person.email }
    const after = { by, address: visitor.address }
    await writeAudit({ clock: deps.clock, actor }, client, { action: 'sign-in', subject, before: null, after })
    return cookie
  })
}

async function fail(deps: Deps, subjects: { address: string; person: string }, email: string): Promise<void> {
  const now = deps.clock.now()
  await countFailure(deps.pool, subjects.address, addressPatience, now)
  await countFailure(deps.pool, subjects.person, personPatience, now)
  deps.log.warn({ email: email.slice(0, 200) }, 'sign-in failed')
}

function tooMany(until: Date): RequestError {
  const message = 'Too many failed sign-ins. Wait a moment and try again; it never takes more than 15 minutes.'
  return new RequestError('too-many-attempts', message, { until })
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
