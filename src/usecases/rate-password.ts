import { type PasswordRating, ratePassword as rate } from '../lib/rate-password.ts'

/** How hard a password is to guess, for the forms in which one is chosen: anybody may ask, also before the first sign-in. */
export function ratePassword(input: {
  readonly password: string
  /** What is known of the person. */
  readonly about: readonly string[]
}): Promise<PasswordRating> {
  return rate(input.password, input.about)
}
