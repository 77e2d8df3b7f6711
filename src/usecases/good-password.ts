import { ratePassword } from '../lib/rate-password.ts'
import { invalidInput } from './request-error.ts'

/** Throws `invalid-input` for `field` when the password is too easy to guess. */
export async function mustBeGoodPassword(password: string, about: readonly string[], field: string): Promise<void> {
  const { goodEnough, advice } = await ratePassword(password, about)
  if (!goodEnough) throw invalidInput([{ field, message: `This password is too easy to guess. ${advice}` }])
}
