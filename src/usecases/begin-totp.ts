import { lockPerson, updatePersonRow } from '../db/people.ts'
import { withTransaction } from '../db/transaction.ts'
import { createTotp, newTotpSecret, totpPicture } from '../lib/totp.ts'
import type { Deps } from './deps.ts'
import { notFound, RequestError } from './request-error.ts'
import { totpPlace } from './totp.ts'

export type TotpBegun = {
  /** Base32, for typing. */
  readonly secret: string
  readonly uri: string
  /** The same as a picture for the authenticator's camera. */
  readonly svg: string
}

/** Makes a new secret for the own authenticator; it counts once `confirm-totp` has seen a code of it. */
export async function beginTotp(deps: Deps, input: { personId: number }): Promise<TotpBegun> {
  const secret = newTotpSecret()
  const email = await withTransaction(deps.pool, async (client) => {
    const person = await lockPerson(client, input.personId)
    if (person === null) throw notFound('person', input.personId)
    if (person.totpConfirmedAt !== null) {
      throw new RequestError('in-use', 'An authenticator is set up already: remove it first.')
    }
    const totpSecret = deps.box.seal(secret, totpPlace(person.id))
    await updatePersonRow(client, person.id, { totpSecret, totpLastStep: null }, deps.clock.now())
    return person.email
  })
  const uri = createTotp(email, secret).toString()
  return { secret, uri, svg: totpPicture(uri) }
}
