import type { Person } from '../db/people.ts'
import { isPassword } from '../lib/password.ts'
import { attemptWasRight, mayAttempt } from './attempts.ts'
import type { Deps } from './deps.ts'
import { invalidInput } from './request-error.ts'

/**
 * Somebody at a screen that was left open may not try passwords there as often as they like: it counts like a sign-in.
 * Throws `invalid-input` for `field`, or `too-many-attempts`.
 */
export async function mustBeOwnPassword(deps: Deps, person: Person, password: string, field: string): Promise<void> {
  const attempt = await mayAttempt(deps, { email: person.email, personId: person.id, address: null })
  if (!(await isPassword(person.passwordHash, password))) {
    throw invalidInput([{ field, message: 'This is not your present password.' }])
  }
  await attemptWasRight(deps, attempt)
}
