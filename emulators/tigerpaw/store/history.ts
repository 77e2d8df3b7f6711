// The append-only list of everything that ever happened to a service order, for checkers. A record has the same shape in
// every desk's emulator: `ticketId` is the ServiceOrderNumber, `resourceID` a RepNumber, `companyID` the AccountNumber and
// `externalID` the Reference.
import { z } from 'zod'

const Shown = z.union([z.string(), z.number(), z.boolean(), z.null()])

/** One entry as `GET /_emulator/state?part=history` shows it. `deleted` means voided. */
export const HistoryEntry = z.strictObject({
  time: z.iso.datetime({ offset: true }),
  ticketId: z.int(),
  kind: z.enum(['created', 'updated', 'closed', 'reopened', 'deleted', 'note']),
  by: z.enum(['api', 'person']),
  resourceID: z.int(),
  companyID: z.int(),
  externalID: z.string(),
  /** By the vendor's property names. */
  changes: z.record(z.string(), z.strictObject({ old: Shown, new: Shown })),
  noteId: z.int().optional(),
})
export type HistoryEntry = z.infer<typeof HistoryEntry>

/** What happened. */
export type HistoryKind = HistoryEntry['kind']

/** Who did it: the API's rep, or somebody at the desk. */
export type Actor = { by: 'api' | 'person'; rep: number }
