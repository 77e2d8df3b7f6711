import { cutText, noteText, oneLine } from '../../desk-text.ts'
import type { TicketNote } from '../../psa.ts'
import { type Call, type Context, call } from './client.ts'
import { toNumber } from './map.ts'
import { explainRefusal } from './one-order.ts'
import { type List, pagesOf } from './search.ts'
import { Done, Note, type Order } from './wire.ts'

/** Notes of a service order. They have a topic and no title, so the title is their first line (tigerpaw-api.md 2.6). */

const longestTitle = 250

export async function addNote(context: Context, ticketId: string, note: TicketNote): Promise<void> {
  const title = cutText(oneLine(note.title), longestTitle)
  const text = title === '' ? note.text : `${title}\n\n${note.text}`
  await writeNote(context, ticketId, text, note.marker)
}

/** Looks through all notes of the order; people write between ours, so the newest need not be ours. */
export async function hasNote(context: Context, ticketId: string, marker: string): Promise<boolean> {
  for await (const notes of pagesOf(context, notesOf(ticketId))) {
    if (notes.some((note) => note.Note.includes(marker))) return true
  }
  return false
}

/**
 * The resolution as a note, once for one close: its marker names the status that is being left, so that a close which is
 * tried again finds it, and a later close of an order that was opened again does not.
 */
export async function noteResolution(context: Context, order: Order, resolution: string): Promise<void> {
  const ticketId = String(order.ServiceOrderNumber)
  const { Reference: reference, StatusChangeDate: changed, Status: status } = order.ServiceOrder
  const marker = `[${reference || ticketId} closed from ${status}${changed === '' ? '' : ` since ${changed}`}]`
  if (await hasNote(context, ticketId, marker)) return
  await writeNote(context, ticketId, resolution, marker)
}

async function writeNote(context: Context, ticketId: string, text: string, marker: string): Promise<void> {
  const { noteTopic, textLimit } = context.settings
  const request: Call = {
    method: 'POST',
    path: `serviceorders/${toNumber('service order', ticketId)}/notes`,
    body: { Note: noteText(text, marker, textLimit), ...(noteTopic === '' ? {} : { Topic: noteTopic }) },
    write: true,
    onOrder: true,
  }
  await explainRefusal(context, ticketId, call(context, request, Done))
}

/** The contract names the query one way and the vendor's own page another (tigerpaw-api.md 2.3): both are sent. */
function notesOf(ticketId: string): List<typeof Note> {
  const path = `serviceorders/${toNumber('service order', ticketId)}/notes`
  return {
    what: path,
    name: 'Notes',
    row: Note,
    idOf: (note) => note.ServiceOrderNoteNumber,
    ask: (start, size) => ({
      method: 'GET',
      path,
      query: `?pageRequest.pageSize=${size}&pageRequest.startRow=${start}&PageSize=${size}&StartRow=${start}`,
      write: false,
      onOrder: true,
    }),
  }
}
