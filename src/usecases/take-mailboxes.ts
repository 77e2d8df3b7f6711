import type { Deps } from './deps.ts'
import { toParcel } from './pushed-forms.ts'
import { invalidInput } from './request-error.ts'
import { type Sender, senderCompany } from './source-sender.ts'
import type { CompanyInput, Taken } from './take-computers.ts'
import { takeParcels } from './take-parcels.ts'

export type TakeMailboxes = { readonly company: CompanyInput; readonly protected: number; readonly countedAt: Date }

const aheadMs = 15 * 60_000

/** Takes how many mailboxes of a company are protected; a count from before the last one changes nothing. */
export async function takeMailboxes(deps: Deps, sender: Sender, input: TakeMailboxes): Promise<Taken> {
  const company = senderCompany(sender, input.company)
  if (input.countedAt.getTime() > deps.clock.now().getTime() + aheadMs) {
    const message = 'This is more than 15 minutes from now: set the clock of the sender by a time server.'
    throw invalidInput([{ field: 'countedAt', message }])
  }
  if (input.countedAt.getTime() <= 0) {
    throw invalidInput([{ field: 'countedAt', message: 'This is not after 1970: send when it was counted.' }])
  }
  const body = { companyName: company.name, count: input.protected, countedAt: input.countedAt.toISOString() }
  const parcel = toParcel('mailboxes', company.key, 'http', 1, body)
  await takeParcels(deps, sender.source.id, sender.source.rules.mostWaiting, [parcel])
  return { taken: 1 }
}
