import { z } from 'zod'
import type { PsaOptions } from '../../psa.ts'

/** What is kept with the options beside the lists to choose from. JSON only. */

/** A status of one board; `closes` is ConnectWise's own `closedStatus`. In the order of the board. */
const KeptStatus = z.object({
  id: z.string(),
  board: z.string(),
  name: z.string(),
  closes: z.boolean(),
  isDefault: z.boolean(),
  active: z.boolean(),
})
export type KeptStatus = z.infer<typeof KeptStatus>

const Statuses = z.array(KeptStatus)
const Combinations = z.array(z.string())

export type Kept = { readonly statuses: readonly KeptStatus[]; readonly combinations: readonly string[] }

/** Statuses of all boards; empty when none were read yet. */
export function keptStatuses(options: PsaOptions): readonly KeptStatus[] {
  return Statuses.safeParse(options.extra.statuses).data ?? []
}

/** Whether an item may stand under this type and subtype; yes when nothing was read yet. */
export function mayStandTogether(options: PsaOptions, type: string, subType: string, item: string): boolean {
  const combinations = Combinations.safeParse(options.extra.combinations).data
  return combinations === undefined || combinations.includes(combination(type, subType, item))
}

/** A type, subtype and item as one text. */
export function combination(type: string, subType: string, item: string): string {
  return `${type}/${subType}/${item}`
}

/** ConnectWise's usual names of a closing status, the first one first. */
const usualClosing = ['Completed', 'Closed']

/** The status that closes a ticket on its board: the chosen name, a usual one, else the first. */
export function closingStatus(statuses: readonly KeptStatus[], name: string): KeptStatus | undefined {
  const closing = statuses.filter((status) => status.closes && status.active)
  for (const wanted of [name, ...usualClosing]) {
    const found = wanted === '' ? undefined : closing.find((status) => isSameName(status.name, wanted))
    if (found !== undefined) return found
  }
  return closing[0]
}

/**
 * The status of a ticket that comes to a board: the one of the same name, else the board's default, else its first, but
 * never one that would close an open ticket or open a closed one.
 */
export function statusAfterMove(
  statuses: readonly KeptStatus[],
  present: { readonly name: string; readonly isClosed: boolean },
): KeptStatus | undefined {
  const fitting = statuses.filter((status) => status.active && status.closes === present.isClosed)
  return (
    fitting.find((status) => isSameName(status.name, present.name)) ??
    fitting.find((status) => status.isDefault) ??
    fitting[0]
  )
}

/** Names compare without case, and without the mark that ConnectWise puts before some (">Closed"). */
export function isSameName(one: string, other: string): boolean {
  return bare(one) === bare(other)
}

function bare(name: string): string {
  return name
    .trim()
    .replace(/^[>\s]+/, '')
    .toLowerCase()
}
