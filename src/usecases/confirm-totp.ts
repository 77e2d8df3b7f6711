import { updatePersonRow } from '../db/people.ts'
import { withTransaction } from '../db/transaction.ts'
import { createTotp, totpStep } from '../lib/totp.ts'
import type { Deps } from './deps.ts'
import { invalidInput, RequestError } from './request-error.ts'
import { secretDigest } from './session-life.ts'
import { mustLoadPerson } from './sign-in.ts'
import { totpPlace } from './totp.ts'
import { writeAudit } from './write-audit.ts'

const recoveryCodes = 10
/** 112 bits: such a code may be stored as a plain digest (ASVS 5.0 6.5.2). */
const recoveryCodeBytes = 14

/** Switches the second factor on; gives the recovery codes, shown this once. */
export async function confirmTotp(
  deps: Deps,
  input: { personId: number; code: string },
): Promise<{ recoveryCodes: readonly string[] }> {
  const person = await mustLoadPerson(deps, input.personId)
  if (person.totpSecret === null || person.totpConfirmedAt !== null) {
    throw new RequestError('in-use', 'There is no authenticator waiting to be confirmed: begin anew.')
  }
  const now = deps.clock.now()
  const step = totpStep(
    createTotp(person.email, deps.box.open(person.totpSecret, totpPlace(person.id))),
    input.code,
    now,
  )
  if (step === null) {
    const message = 'This is not the code of now: check that the clocks of your phone and the server are right.'
    throw invalidInput([{ field: 'code', message }])
  }
  const codes = Array.from({ length: recoveryCodes }, () => deps.ids.secret(recoveryCodeBytes))
  await withTransaction(deps.pool, async (client) => {
    const change = { totpConfirmedAt: now, totpLastStep: step, recoveryDigests: codes.map(secretDigest) }
    await updatePersonRow(client, person.id, change, now)
    const subject = { kind: 'person', id: person.id, name: person.email }
    await writeAudit(deps, client, {
      action: 'confirm-totp',
      subject,
      before: { secondFactor: false },
      after: { secondFactor: true },
    })
  })
  return { recoveryCodes: codes.map((code) => code.replace(/(.{4})(?=.)/g, '$1-')) }
}
