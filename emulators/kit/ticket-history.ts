// The shape in which every emulated desk tells what ever happened to its tickets, so that one checker reads them all.
import { z } from 'zod'

const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])

/** One entry as `GET /_emulator/state?part=history` shows it, oldest first. */
export const TicketHistoryEntry = z.strictObject({
  time: z.iso.datetime({ offset: true }),
  ticketId: z.int(),
  /** `deleted` also stands for an order that was voided. */
  kind: z.enum(['created', 'updated', 'closed', 'reopened', 'deleted', 'merged', 'note']),
  /** The API user, or somebody at the desk. */
  by: z.enum(['api', 'person']),
  /** A rule of the desk acted instead of a person. */
  via: z.literal('workflow').optional(),
  /** Who it was, by the desk's number of staff. */
  resourceID: z.int(),
  /** The client, by the desk's number. */
  companyID: z.int(),
  /** The reference that an integration wrote into the ticket; empty when there is none. */
  externalID: z.string(),
  /** By the vendor's names of fields; references are ids, lists and objects JSON. */
  changes: z.record(z.string(), z.strictObject({ old: Scalar, new: Scalar })),
  noteId: z.int().optional(),
})
export type TicketHistoryEntry = z.infer<typeof TicketHistoryEntry>

/** What happened to a ticket. */
export type TicketHistoryKind = TicketHistoryEntry['kind']

type Scalar = z.infer<typeof Scalar>

/** An entry as a desk with many keeps it: the time in ms, and changes flat (name, old, new, name, ...). */
export type StoredHistoryEntry = Omit<TicketHistoryEntry, 'time' | 'changes'> & {
  time: number
  changes: readonly Scalar[]
}

/** Turns a stored entry into what is shown; `showValue` turns the times of fields into text. */
export function showEntry(
  entry: StoredHistoryEntry,
  showValue: (name: string, value: Scalar) => Scalar,
): TicketHistoryEntry {
  const changes: TicketHistoryEntry['changes'] = {}
  for (let n = 0; n + 2 < entry.changes.length; n += 3) {
    const [before = null, after = null] = entry.changes.slice(n + 1, n + 3)
    const name = String(entry.changes[n])
    changes[name] = { old: showValue(name, before), new: showValue(name, after) }
  }
  return { ...entry, time: new Date(entry.time).toISOString(), changes }
}

/** Turns a shown entry back, for restoring a state. */
export function readEntry(
  shown: TicketHistoryEntry,
  readValue: (name: string, value: Scalar) => Scalar,
): StoredHistoryEntry {
  const changes = Object.entries(shown.changes).flatMap(([name, change]) => [
    name,
    readValue(name, change.old),
    readValue(name, change.new),
  ])
  return { ...shown, time: Date.parse(shown.time), changes }
}
