import { Secret, TOTP } from 'otpauth'
import { type Person, spendRecoveryCode, spendTotpStep } from '../db/people.ts'
import type { Deps } from './deps.ts'
import { secretDigest } from './session-life.ts'

/** RFC 6238 as every authenticator knows it: SHA-1, six digits, thirty seconds. */
const periodSeconds = 30

export function totpPlace(personId: number): string {
  return `people/${personId}/totp`
}

export function createTotp(email: string, base32: string): TOTP {
  return new TOTP({ issuer: 'Tocsin', label: email, secret: Secret.fromBase32(base32), period: periodSeconds })
}

/** The time step that a code is of, one before and after now allowed; null when it is of none. */
export function totpStep(totp: TOTP, code: string, now: Date): number | null {
  const digits = code.replace(/\s/g, '')
  if (!/^\d{6}$/.test(digits)) return null
  const delta = totp.validate({ token: digits, timestamp: now.getTime(), window: 1 })
  return delta === null ? null : Math.floor(now.getTime() / 1_000 / periodSeconds) + delta
}

/** Whether it is the person's code of now, or one of the recovery codes; each is good once. */
export async function isSecondFactor(deps: Deps, person: Person, code: string): Promise<boolean> {
  if (person.totpSecret === null) return false
  const totp = createTotp(person.email, deps.box.open(person.totpSecret, totpPlace(person.id)))
  const step = totpStep(totp, code, deps.clock.now())
  if (step !== null) return spendTotpStep(deps.pool, person.id, step)
  return spendRecoveryCode(deps.pool, person.id, secretDigest(plainRecoveryCode(code)))
}

/** Recovery codes are shown in groups; people type them in many ways. */
function plainRecoveryCode(code: string): string {
  return code.toLowerCase().replace(/[^a-z2-7]/g, '')
}
