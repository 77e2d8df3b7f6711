import type { PsaOptions } from '../../psa.ts'
import type { Fields } from './wire.ts'

/** Longest texts in UTF-16 units, as the tenant's own metadata tells them. */
export type Limits = {
  readonly title: number
  readonly description: number
  readonly reference: number
  readonly resolution: number
  readonly noteTitle: number
  readonly noteText: number
}

/** Lengths known from documents, for as long as the metadata was not read (autotask-api.md 5.2, 6). */
export const usualLimits: Limits = {
  title: 255,
  description: 8_000,
  reference: 50,
  resolution: 32_000,
  noteTitle: 250,
  noteText: 32_000,
}

export function limitsFromFields(ticket: Fields, note: Fields): Limits {
  return {
    title: lengthOf(ticket, 'title', usualLimits.title),
    description: lengthOf(ticket, 'description', usualLimits.description),
    reference: lengthOf(ticket, 'externalID', usualLimits.reference),
    resolution: lengthOf(ticket, 'resolution', usualLimits.resolution),
    noteTitle: lengthOf(note, 'title', usualLimits.noteTitle),
    noteText: lengthOf(note, 'description', usualLimits.noteText),
  }
}

/** The lengths kept with the options; the usual ones for whatever is not there. */
export function limitsOf(options: PsaOptions): Limits {
  const kept = options.extra.limits
  if (typeof kept !== 'object' || kept === null) return usualLimits
  const entries = Object.entries(kept).filter((entry): entry is [string, number] => typeof entry[1] === 'number')
  return { ...usualLimits, ...Object.fromEntries(entries) }
}

function lengthOf(fields: Fields, name: string, usual: number): number {
  const length = fields.fields.find((field) => field.name === name)?.length
  return typeof length === 'number' && length > 0 ? length : usual
}
