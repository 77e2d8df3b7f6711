import type { FieldValues } from '../../../core/ticket.ts'
import { cutText, noteText, oneLine } from '../../desk-text.ts'
import type { PsaOptions, TicketNote } from '../../psa.ts'
import { type Context, call } from './client.ts'
import { internalPublish, usualNoteType } from './fields.ts'
import { limitsOf } from './limits.ts'
import { toNumber } from './map.ts'
import { confirmExists } from './one-ticket.ts'
import { queryPages } from './query.ts'
import { Note, noteFields, Written } from './wire.ts'

/** Notes are written through their ticket; the top-level path is for reading only (autotask-api.md 6). */
export async function addNote(context: Context, ticketId: string, note: TicketNote): Promise<void> {
  const limits = limitsOf(context.options)
  const id = toNumber('ticket', ticketId)
  const body = {
    ticketID: id,
    // Some categories demand a title (autotask-api.md 6).
    title: cutText(oneLine(note.title) || 'Tocsin', limits.noteTitle),
    description: noteText(note.text, note.marker, limits.noteText),
    noteType: choose(context.options, note.general, 'noteType', usualNoteType),
    publish: choose(context.options, note.general, 'notePublish', internalPublish),
  }
  const request = { method: 'POST', path: `Tickets/${id}/Notes`, body, write: true } as const
  await confirmExists(context, ticketId, call(context, request, Written))
}

/** Looks through all notes of the ticket; people write between ours, so the newest need not be ours. */
export async function hasNote(context: Context, ticketId: string, marker: string): Promise<boolean> {
  const where = [{ op: 'eq', field: 'ticketID', value: toNumber('ticket', ticketId) } as const]
  for await (const notes of queryPages(context, { entity: 'TicketNotes', where, fields: noteFields, row: Note })) {
    if (notes.some((note) => note.description.includes(marker))) return true
  }
  return false
}

/** What the general settings say, else the usual value, else the first that this tenant has. */
function choose(options: PsaOptions, general: FieldValues, key: string, usual: string): number {
  const chosen = general[key]
  if (chosen) return toNumber(key, chosen)
  const active = (options.choices[key] ?? []).filter((option) => option.active)
  const found = active.find((option) => option.value === usual) ?? active[0]
  return toNumber(key, found?.value ?? usual)
}
