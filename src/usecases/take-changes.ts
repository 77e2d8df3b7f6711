import type { Deps } from './deps.ts'
import { inRuns, type PushedChange, toParcel } from './pushed-forms.ts'
import { type Sender, senderCompany } from './source-sender.ts'
import { type CompanyInput, type ComputerInput, toComputer } from './take-computers.ts'
import { takeParcels } from './take-parcels.ts'
import { type TakenInOrder, takenInOrder } from './taken-in-order.ts'

export type TakeChanges = {
  readonly company: CompanyInput
  readonly changes: readonly (
    | { readonly sequence: number; readonly computer: ComputerInput }
    | { readonly sequence: number; readonly removed: string }
  )[]
}

/** Takes changes of single computers; they end nothing on any other. Throws `RequestError`. */
export async function takeChanges(deps: Deps, sender: Sender, input: TakeChanges): Promise<TakenInOrder> {
  const company = senderCompany(sender, input.company)
  const changes = input.changes.map((change): PushedChange => {
    const number = change.sequence
    return 'removed' in change ? { number, removed: change.removed } : { number, computer: toComputer(change.computer) }
  })
  const parcels = inRuns(changes).map((some) =>
    toParcel('changes', company.key, 'http', some.length, { companyName: company.name, changes: some }),
  )
  await takeParcels(deps, sender.source.id, sender.source.rules.mostWaiting, parcels)
  const items = changes.map((change) => {
    return { key: 'removed' in change ? change.removed : change.computer.key, number: change.number }
  })
  return takenInOrder(deps, { sourceId: sender.source.id, company: company.key }, items)
}
