// Notes of an order, and its up to five resolutions and symptoms.

import { toFields } from '../model/fields.ts'
import { limitTexts, readValues } from '../model/read-values.ts'
import type { Actor } from '../store/history.ts'
import type { NoteRow, OrderRow } from '../store/rows.ts'
import { numberOf, type Store, textOf, timeNow } from '../store/store.ts'
import { HttpError, RefusalError } from '../wire/answers.ts'
import { record, updateOrder } from './orders.ts'
import { checkRep, checkVoid } from './rules.ts'

const noteFields = toFields('Topic:t Note:t DateCreated:d StartTime:d RepNumber:i')
const mostPlaces = 5

/** Adds a note. Throws `RefusalError`, storing nothing. */
export function addNote(store: Store, order: OrderRow, body: Readonly<Record<string, unknown>>, actor: Actor): NoteRow {
  checkVoid(order)
  const now = timeNow(store)
  const given = readNote(store, body)
  const text = textOf(given.Note)
  if (text === null || text === '') throw new RefusalError('Note is required.')
  const created = numberOf(given.DateCreated) ?? now
  const note: NoteRow = {
    id: store.notes.takeId(),
    order: order.id,
    topic: textOf(given.Topic) ?? defaultTopic(store),
    note: text,
    created,
    started: numberOf(given.StartTime) ?? created,
    modified: now,
    rep: numberOf(given.RepNumber) ?? actor.rep,
  }
  store.notes.put(note, now)
  const row: OrderRow = { ...order, notes: order.notes + 1 }
  store.orders.put(row, now)
  record(store, row, 'note', actor, { Topic: { old: null, new: note.topic }, Note: { old: null, new: text } }, note.id)
  return note
}

/** Changes a note. Throws `RefusalError`, changing nothing. */
export function editNote(
  store: Store,
  order: OrderRow,
  note: NoteRow,
  body: Readonly<Record<string, unknown>>,
  actor: Actor,
): NoteRow {
  checkVoid(order)
  const given = readNote(store, body)
  const row: NoteRow = {
    ...note,
    topic: textOf(given.Topic) ?? note.topic,
    note: textOf(given.Note) ?? note.note,
    created: numberOf(given.DateCreated) ?? note.created,
    started: numberOf(given.StartTime) ?? note.started,
    rep: numberOf(given.RepNumber) ?? note.rep,
    modified: timeNow(store),
  }
  store.notes.put(row, row.modified)
  record(store, order, 'note', actor, { Note: { old: note.note, new: row.note } }, note.id)
  return row
}

/** Which of an order's two lists of places. */
export type PlaceList = 'resolutions' | 'symptoms'

/** Puts a text into the first free place. Throws `RefusalError` when all five are taken. */
export function addPlace(store: Store, order: OrderRow, list: PlaceList, text: string, actor: Actor): OrderRow {
  const free = Array.from({ length: mostPlaces }, (_, n) => n).find((n) => (order[list][n] ?? null) === null)
  if (free === undefined) throw new RefusalError(`A service order has at most ${mostPlaces} ${list}.`)
  return setPlace(store, order, list, free + 1, text, actor)
}

/** Sets or empties (null) the place with this index, 1 to 5. Throws `RefusalError` for one that is not taken. */
export function changePlace(
  store: Store,
  order: OrderRow,
  list: PlaceList,
  index: number,
  text: string | null,
  actor: Actor,
): OrderRow {
  if (index < 1 || index > mostPlaces) throw new HttpError(400, 'Acceptable index values are 1-5.')
  if ((order[list][index - 1] ?? null) === null) {
    throw new RefusalError(`Service order ${order.id} has nothing at index ${index} of its ${list}.`, { status: 404 })
  }
  return setPlace(store, order, list, index, text, actor)
}

function setPlace(
  store: Store,
  order: OrderRow,
  list: PlaceList,
  index: number,
  text: string | null,
  actor: Actor,
): OrderRow {
  if (text?.trim() === '') throw new RefusalError('The text is empty.')
  const places = Array.from({ length: Math.max(order[list].length, index) }, (_, n) => order[list][n] ?? null)
  places[index - 1] = text
  return updateOrder(store, order, {}, actor, { parts: { [list]: places } })
}

function readNote(store: Store, body: Readonly<Record<string, unknown>>): ReturnType<typeof readValues> {
  const given = readValues(noteFields, body, store.switches.utcOffsetMinutes)
  limitTexts(given, store.switches)
  const topic = textOf(given.Topic)
  if (topic !== null && store.switches.noteTopicsChecked) {
    const known = store.master.noteTopics.find((one) => one.Value.toLowerCase() === topic.toLowerCase())
    if (!known) throw new RefusalError(`Topic '${topic}' does not exist.`)
    given.Topic = known.Value
  }
  const rep = numberOf(given.RepNumber)
  if (rep !== null) checkRep(store, rep, 'RepNumber')
  return given
}

function defaultTopic(store: Store): string {
  const entry = store.master.noteTopics.find((one) => one.IsSystemDefault) ?? store.master.noteTopics[0]
  if (!entry) throw new RefusalError('Topic is required: the master table has none.')
  return entry.Value
}
