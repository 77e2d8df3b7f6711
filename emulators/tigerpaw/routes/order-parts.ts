// Notes, resolutions and symptoms of one order.
import { addNote, addPlace, changePlace, editNote, type PlaceList } from '../orders/notes.ts'
import { checkLock } from '../orders/rules.ts'
import { noteShape, showPlaces } from '../orders/shapes.ts'
import { page, pageOfQuery } from '../search/paging.ts'
import type { OrderRow } from '../store/rows.ts'
import type { Store } from '../store/store.ts'
import { readObject, readText } from '../wire/body.ts'
import type { Json } from '../wire/xml-write.ts'
import { emptyList, missing, written } from './envelopes.ts'
import { orderOf } from './orders.ts'
import type { Call, Route } from './route.ts'

const order = 'serviceorders/{order:int}'
const noteFailure = { Note: null }

function writableOrder(store: Store, call: Call): OrderRow {
  const row = orderOf(store, call)
  checkLock(store, row, true)
  return row
}

const noteRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `${order}/notes`,
    right: 'serviceOrders.get',
    root: 'ServiceOrderNotesResponse',
    failure: emptyList('Notes'),
    run(store, call) {
      const notes = store.notes.rowsOf('order', orderOf(store, call).id)
      return page(notes, pageOfQuery(call.query), store.switches, 'Notes', (row) => noteShape(store, row))
    },
  },
  {
    method: 'POST',
    path: `${order}/notes`,
    right: 'serviceOrders.update',
    root: 'ServiceOrderNoteResponse',
    failure: noteFailure,
    run(store, call) {
      const note = addNote(store, writableOrder(store, call), readObject(call.body()), call.actor)
      return written({ Note: noteShape(store, note) })
    },
  },
  {
    method: 'PUT',
    path: `${order}/notes/{note:int}`,
    right: 'serviceOrders.update',
    root: 'ServiceOrderNoteResponse',
    failure: noteFailure,
    run(store, call) {
      const row = writableOrder(store, call)
      const note = store.notes.get(call.number('note'))
      if (note?.order !== row.id) throw missing('Note', call.number('note'))
      return written({ Note: noteShape(store, editNote(store, row, note, readObject(call.body()), call.actor)) })
    },
  },
]

function placeRoutes(list: PlaceList, name: 'Resolution' | 'Symptom'): readonly Route[] {
  const answer = (row: OrderRow): Json => written({ [`ServiceOrder${name}s`]: showPlaces(row[list], name) })
  const common = {
    right: 'serviceOrders.update',
    root: `ServiceOrder${name}Response`,
    failure: { [`ServiceOrder${name}s`]: [] },
  } as const
  const one = `${order}/${list}/{index:int}`
  return [
    {
      ...common,
      method: 'POST',
      path: `${order}/${list}`,
      run: (store, call) =>
        answer(addPlace(store, writableOrder(store, call), list, readText(call.body()), call.actor)),
    },
    {
      ...common,
      method: 'PUT',
      path: one,
      run(store, call) {
        const row = writableOrder(store, call)
        return answer(changePlace(store, row, list, call.number('index'), readText(call.body()), call.actor))
      },
    },
    {
      ...common,
      method: 'DELETE',
      path: one,
      run: (store, call) =>
        answer(changePlace(store, writableOrder(store, call), list, call.number('index'), null, call.actor)),
    },
  ]
}

/** Everything below one order that hangs on it. */
export const orderPartRoutes: readonly Route[] = [
  ...noteRoutes,
  ...placeRoutes('resolutions', 'Resolution'),
  ...placeRoutes('symptoms', 'Symptom'),
]
