import { cutText, noteText, oneLine } from '../../desk-text.ts'
import type { TicketNote } from '../../psa.ts'
import { type Context, call } from './client.ts'
import { usualPlaces } from './fields.ts'
import { limits } from './limits.ts'
import { placeToFlag, toId } from './map.ts'
import { confirmExists } from './one-ticket.ts'
import { readPages } from './pages.ts'
import { Created, Note, noteFields } from './wire.ts'

/** Notes have no title, so ours is their first line. */
export function addNote(context: Context, ticketId: string, note: TicketNote): Promise<void> {
  const title = cutText(oneLine(note.title), limits.noteTitle)
  const text = title === '' ? note.text : `${title}\n\n${note.text}`
  const place = note.general.notePlace || usualPlaces.notePlace
  return writeNote(context, ticketId, { text, marker: note.marker, place })
}

/** Adds a note at one of our places. Throws `gone` for a ticket that is not there. */
export async function writeNote(
  context: Context,
  ticketId: string,
  { text, marker, place }: { readonly text: string; readonly marker: string; readonly place: string },
): Promise<void> {
  const body = {
    text: noteText(text, marker, limits.text),
    [placeToFlag(place)]: true,
    processNotifications: context.settings.processNotifications,
  }
  const request = { method: 'POST', path: notesOf(ticketId), body, onRecord: true } as const
  await confirmExists(context, ticketId, call(context, request, Created))
}

/**
 * Looks through all notes of the ticket; people write between ours, so the newest need not be ours. The texts are
 * compared here: a search that overlooked a note would double it.
 */
export async function hasNote(context: Context, ticketId: string, marker: string): Promise<boolean> {
  const list = { path: notesOf(ticketId), fields: noteFields, row: Note, onRecord: true }
  for await (const notes of readPages(context, list)) {
    if (notes.some((note) => note.text.includes(marker))) return true
  }
  return false
}

function notesOf(ticketId: string): string {
  return `service/tickets/${toId('ticket', ticketId)}/notes`
}
