import type { DeskGrant, DeskVendor } from '../../checker/evidence.ts'
import type { Clock } from '../../emulators/kit/clock.ts'
import type { EmulatorControl } from '../../emulators/kit/control.ts'
import type { RunningEmulator } from '../../emulators/kit/server.ts'
import type { Order } from '../stage-emulator.ts'

/** What the demo must know of a desk's vendor: one file for each, beside this one. */

/** What technicians do with a ticket, in the story's words; `words` are a resolution, a note, or the place to move to. */
export type DeskAct = { readonly does: DeskVerb; readonly words?: string }

export type DeskVerb =
  | 'take'
  | 'note'
  | 'close'
  | 'reopen'
  /** Or void, where that is how a ticket goes. */
  | 'delete'
  /** To the lowest priority. */
  | 'lower'
  /** To another queue or board. */
  | 'move'
  /** Keeps it open on a screen, where that locks it. */
  | 'lock'
  | 'unlock'

/** By the desk's field, as its lists call the values. */
export type Labels = Readonly<Record<string, string>>

/** How soon something is to be looked at; every desk has its own fields for each. */
export type Urgency = 'urgent' | 'high' | 'security' | 'usual' | 'someday' | 'low'

/** Names behind a desk's numbers. */
export type DeskNames = {
  /** Undefined when there is no such company. */
  companyId(name: string): number | undefined
  companyName(id: number): string
  /** What people read for the value of a ticket's field, by the vendor's name of it. */
  label(field: string, value: string | number | null): string
}

export type DeskStart = {
  readonly port: number
  readonly clock: Clock
  readonly seed: number
  readonly companies: readonly string[]
}

export type DeskKind<Ready = unknown> = {
  readonly vendor: DeskVendor
  readonly name: string
  /** Values of the general fields that have no default. */
  readonly general: Labels
  readonly rules: Readonly<Record<Urgency, Labels>>
  /** How the emulator calls what technicians do; what is missing cannot be done there. */
  readonly orders: Readonly<Partial<Record<DeskVerb, (words: string) => Order>>>
  /** Where queue or board, and priority, stand in its history. */
  readonly fields: { readonly place: string; readonly priority: string }
  /** What a connection of the demo may ask of it. */
  readonly grant: DeskGrant
  /** Path that shows its tickets to people. */
  readonly look: string
  start(given: DeskStart): Promise<RunningEmulator & { readonly ready: Ready }>
  settings(ready: Ready): Readonly<Record<string, unknown>>
  names(control: EmulatorControl): DeskNames
}

/** Names from lists of ids. */
export function namesFrom(
  companies: readonly (readonly [id: number, name: string])[],
  labels: Readonly<Record<string, ReadonlyMap<string, string>>>,
): DeskNames {
  const byName = new Map(companies.map(([id, name]) => [name, id]))
  const byId = new Map(companies)
  return {
    companyId: (name) => byName.get(name),
    companyName: (id) => byId.get(id) ?? `company ${id}`,
    label: (field, value) => (value === null ? 'none' : (labels[field]?.get(String(value)) ?? String(value))),
  }
}
