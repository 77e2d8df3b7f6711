import { Secret } from 'otpauth'
import { renderSVG } from 'uqr'
import { updatePersonRow } from '../db/people.ts'
import type { Deps } from './deps.ts'
import { RequestError } from './request-error.ts'
import { mustLoadPerson } from './sign-in.ts'
import { createTotp, totpPlace } from './totp.ts'

export type TotpBegun = {
  /** Base32, for typing. */
  readonly secret: string
  readonly uri: string
  /** The same as a picture for the authenticator's camera. */
  readonly svg: string
}

/** Makes a new secret for the own authenticator; it counts once `confirm-totp` has seen a code of it. */
export async function beginTotp(deps: Deps, input: { personId: number }): Promise<TotpBegun> {
  const person = await mustLoadPerson(deps, input.personId)
  if (person.totpConfirmedAt !== null) {
    throw new RequestError('in-use', 'An authenticator is set up already: remove it first.')
  }
  const secret = new Secret({ size: 20 }).base32
  const totpSecret = deps.box.seal(secret, totpPlace(person.id))
  await updatePersonRow(
    deps.pool,
    person.id,
    { totpSecret, totpConfirmedAt: null, totpLastStep: null },
    deps.clock.now(),
  )
  const uri = createTotp(person.email, secret).toString()
  return { secret, uri, svg: renderSVG(uri) }
}
