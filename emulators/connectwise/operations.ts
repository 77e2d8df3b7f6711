// What each route does, once the caller is let in.
import { type Answer, methodNotAllowed, noRecord, ok, RefusalError } from './answers.ts'
import { deviceReferenceEntity } from './model/company-fields.ts'
import type { Row } from './model/field.ts'
import { readParameters, withSearchBody } from './query/parameters.ts'
import { readProjection } from './query/projection.ts'
import { type ListCall, runCount, runList } from './query/query.ts'
import type { Collection, Route } from './routes.ts'
import { apiActor, type Store, tableOf } from './store/store.ts'
import { addDevice, devicesOf, removeDevice } from './tickets/devices.ts'
import { readMerge } from './tickets/merge.ts'
import { parseJson, readDraft } from './write/draft.ts'
import { readPatch } from './write/patch.ts'
import { type Place, writerOf } from './writers.ts'

/** A request that was let in. */
export type Call = {
  method: string
  query: URLSearchParams
  body: Buffer
  paginationType: string
  /** Own address of the request's path, without a query. */
  url: string
  /** Where links in records point. */
  base: string
  searchLagMs(): number
}

/** Does a routed request. Throws `RefusalError` for what the vendor refuses. */
export function operate(store: Store, route: Route, call: Call): Answer {
  switch (route.kind) {
    case 'list':
      return call.method === 'POST' ? create(store, route, call) : list(store, route, call, 'GET')
    case 'search':
    case 'count':
      return list(store, route, call, route.kind === 'search' ? 'POST' : 'GET')
    case 'item':
      return item(store, route, call)
    case 'merge':
      if (call.method !== 'POST') return methodNotAllowed(call.method)
      return ok(readMerge(store, ticketOf(store, route), parseJson(call.body), apiActor(store)))
    default:
      return devices(store, route, call)
  }
}

type CollectionRoute = Extract<Route, { collection: Collection }>

function list(store: Store, route: CollectionRoute, call: Call, method: string): Answer {
  if (call.method !== method) return methodNotAllowed(call.method)
  const { collection, kind } = route
  const parent = parentOf(store, route)
  const table = tableOf(store, collection.table)
  const parameters = readParameters(call.query, call.paginationType)
  const listCall: ListCall = {
    entity: collection.entity,
    scope: { table, ...(parent && { within: { field: parent.field, id: parent.id } }) },
    parameters: kind === 'search' ? withSearchBody(parameters, parseJson(call.body)) : parameters,
    url: call.url,
    base: call.base,
    lagMs: call.searchLagMs(),
    keep: (row) => belongs(collection, row),
  }
  return kind === 'count' ? runCount(store, listCall) : runList(store, listCall)
}

function create(store: Store, route: CollectionRoute, call: Call): Answer {
  const { collection } = route
  refuseSetup(collection, call)
  if (collection.writes === 'view') return methodNotAllowed(call.method)
  const place = placeOf(store, route)
  const draft = readDraft(place.table.entity, parseJson(call.body), call.body)
  const row = writerOf(collection.table).create(store, place, draft, apiActor(store))
  return { ...shown(store, collection, row, call), status: 201 }
}

function item(store: Store, route: CollectionRoute, call: Call): Answer {
  const { collection } = route
  const place = placeOf(store, route)
  const id = route.ids.at(-1) ?? 0
  const row = place.table.get(id)
  const isThere = row && belongs(collection, row) && (!place.parent || row[place.parent.field] === place.parent.id)
  if (!isThere) throw noRecord(collection.entity.title, id)
  if (call.method === 'GET') return shown(store, collection, row, call)
  if (!['PATCH', 'PUT', 'DELETE'].includes(call.method) || collection.writes === 'view') {
    return methodNotAllowed(call.method)
  }
  refuseSetup(collection, call)
  const writer = writerOf(collection.table)
  const actor = apiActor(store)
  if (call.method === 'DELETE') {
    writer.remove(store, place, row, actor)
    return { status: 204, body: null }
  }
  const { entity } = place.table
  const body = parseJson(call.body)
  const replace = call.method === 'PUT'
  const draft = replace ? readDraft(entity, body, call.body) : readPatch(store, entity, body)
  return shown(store, collection, writer.change(store, place, row, draft, actor, replace), call)
}

function devices(store: Store, route: Route, call: Call): Answer {
  const ticket = ticketOf(store, route)
  const show = readProjection(store, deviceReferenceEntity, '', call.base)
  if (route.kind === 'deviceCount') {
    return call.method === 'GET' ? ok({ count: devicesOf(store, ticket).length }) : methodNotAllowed(call.method)
  }
  if (route.kind === 'devices') {
    if (call.method === 'GET') return ok(devicesOf(store, ticket).map(show))
    if (call.method !== 'POST') return methodNotAllowed(call.method)
    return { status: 201, body: show(addDevice(store, ticket, parseJson(call.body), apiActor(store))) }
  }
  const id = route.ids.at(-1) ?? 0
  if (call.method === 'DELETE') {
    removeDevice(store, ticket, id)
    return { status: 204, body: null }
  }
  if (call.method !== 'GET') return methodNotAllowed(call.method)
  const device = devicesOf(store, ticket).find((one) => one.id === id)
  if (!device) throw noRecord('Configuration', id)
  return ok(show(device))
}

/** The parent that a path names. Throws 404 when there is none. */
function parentOf(store: Store, { collection, ids }: CollectionRoute): Place['parent'] {
  if (!collection.parent) return undefined
  const { table, field } = collection.parent
  const { entity, get } = tableOf(store, table)
  const row = get(ids[0] ?? 0)
  if (!row) throw noRecord(entity.title, ids[0] ?? 0)
  return { row, field, id: row.id }
}

function placeOf(store: Store, route: CollectionRoute): Place {
  return { table: tableOf(store, route.collection.table), parent: parentOf(store, route) }
}

function ticketOf(store: Store, { ids }: Route): Row {
  const ticket = tableOf(store, 'Ticket').get(ids[0] ?? 0)
  if (!ticket) throw noRecord('Ticket', ids[0] ?? 0)
  return ticket
}

/** Time entries and meetings are notes of the other list only. */
function belongs(collection: Collection, row: Row): boolean {
  return collection.path !== 'service/tickets/:id/notes' || row.noteType === 'TicketNote'
}

function shown(store: Store, collection: Collection, row: Row, call: Call): Answer {
  const fields = readParameters(call.query, '').get('fields')
  return ok(readProjection(store, collection.entity, fields, call.base)(row))
}

/** An integration's role reads set-up tables and changes none (connectwise-api.md 8). */
function refuseSetup(collection: Collection, call: Call): void {
  if (collection.writes !== 'setup') return
  const message = `You do not have security permission to perform this action: ${call.method} ${collection.path}.`
  throw new RefusalError(403, 'Security', message)
}
