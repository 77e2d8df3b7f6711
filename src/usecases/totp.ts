import { type Person, spendRecoveryCode, spendTotpStep } from '../db/people.ts'
import { createTotp, totpStep } from '../lib/totp.ts'
import type { Deps } from './deps.ts'
import { secretDigest } from './session-life.ts'

/** What the sealed secret is bound to. */
export function totpPlace(personId: number): string {
  return `people/${personId}/totp`
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
