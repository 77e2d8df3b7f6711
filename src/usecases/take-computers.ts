import type { Level, ReasonSeen } from '../core/observation.ts'
import type { Deps } from './deps.ts'
import type { PushedComputer } from './pushed-forms.ts'
import { toParcel } from './pushed-forms.ts'
import { type Sender, senderCompany } from './source-sender.ts'
import { takeParcels } from './take-parcels.ts'
import { type TakenInOrder, takenInOrder } from './taken-in-order.ts'

export type CompanyInput = { readonly key: string; readonly name: string }

export type ComputerInput = {
  readonly key: string
  readonly name: string
  readonly level: Level
  readonly statuses: readonly { readonly key: string; readonly text: string }[]
  readonly link: string
}

export type TakeComputers = {
  readonly company: CompanyInput
  readonly sequence: number
  readonly computers: readonly ComputerInput[]
}

export type Taken = { readonly taken: number }

/** Takes the complete list of a company's computers; what it does not name will end. Throws `RequestError`. */
export async function takeComputers(deps: Deps, sender: Sender, input: TakeComputers): Promise<TakenInOrder> {
  const company = senderCompany(sender, input.company)
  const computers = input.computers.map(toComputer)
  const body = { companyName: company.name, number: input.sequence, computers }
  const parcel = toParcel('list', company.key, 'http', Math.max(1, computers.length), body)
  await takeParcels(deps, sender.source.id, sender.source.rules.mostWaiting, [parcel])
  const items = computers.map(({ key }) => ({ key, number: input.sequence }))
  return takenInOrder(deps, { sourceId: sender.source.id, company: company.key }, items, input.sequence)
}

/** A computer as it is stored, from what a sender calls it. */
export function toComputer({ key, name, level, statuses, link }: ComputerInput): PushedComputer {
  const reasons = statuses.map((status): ReasonSeen => ({ statusKey: status.key, text: status.text }))
  return { key, name, level, reasons, link }
}
