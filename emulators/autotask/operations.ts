// What each route does, once the caller is let in.
import { type Answer, itemId, methodNotAllowed, ok, RefusalError } from './answers.ts'
import { describeEntity } from './metadata.ts'
import { numberIn } from './model/entity.ts'
import type { Row } from './model/field.ts'
import { type QueryCall, runCount, runQuery } from './query/query.ts'
import type { Route } from './routes.ts'
import type { Actor } from './store/history.ts'
import { type Store, sourceOf, tableOf, timeNow } from './store/store.ts'
import type { RowSource } from './store/table.ts'
import { toWire } from './wire.ts'
import { parseJson, readDraft } from './write/body.ts'
import { findRecord, noRecord, toFullDraft } from './write/records.ts'
import { apiUserType } from './write/ticket-rules.ts'
import { type Writer, writerOf } from './writers.ts'

/** A request that was let in. */
export type Call = {
  method: string
  query: URLSearchParams
  body: Buffer
  /** Resource id of `ImpersonationResourceId`, or null. */
  impersonated: number | null
  /** Absolute address of the service root, with a slash at its end. */
  baseUrl: string
  searchLagMs(): number
}

/** Does a routed request. Throws `RefusalError` for what Autotask refuses. */
export function operate(store: Store, route: Route, call: Call): Answer {
  if (!route.methods.includes(call.method)) return methodNotAllowed(call.method)
  const source = sourceOf(store, route.entity)
  switch (route.kind) {
    case 'information':
    case 'fields':
    case 'udfs':
      return describeEntity(store, source.entity, route.kind)
    case 'query':
    case 'count':
    case 'page':
      return query(store, route, call, source)
    case 'item':
      return call.method === 'GET' ? readItem(route, call, source) : deleteItem(store, route, call)
    default:
      return call.method === 'GET' ? readChildren(route, call, source) : write(store, route, call)
  }
}

function query(store: Store, route: Route, call: Call, source: RowSource): Answer {
  const search = call.query.get('search')
  // Only POST can go without `search`: a next URL given to a POST has none (autotask-api.md 3.1).
  if (call.method === 'GET' && search === null) return methodNotAllowed('GET')
  refuseImpersonation(call)
  const queryCall: QueryCall = {
    model: parseJson(call.method === 'GET' ? Buffer.from(search ?? '') : call.body),
    search: call.method === 'GET' ? search : null,
    page: route.kind === 'page' ? { direction: route.direction, paging: call.query.get('paging') } : null,
    url: `${call.baseUrl}V1.0/${route.segment}/query`,
    now: timeNow(store),
    lagMs: call.searchLagMs(),
  }
  return ok(route.kind === 'count' ? runCount(source, queryCall) : runQuery(source, queryCall))
}

function readItem(route: Route, call: Call, source: RowSource): Answer {
  refuseImpersonation(call)
  const row = route.id === null ? undefined : source.get(route.id)
  const item = row && belongs(row, route) ? toWire(source.entity, row) : null
  return ok(JSON.stringify({ item }))
}

function readChildren(route: Route, call: Call, source: RowSource): Answer {
  refuseImpersonation(call)
  const ids = route.parent ? (source.find(route.parent.field, route.parent.id) ?? []) : []
  const rows = [...ids].sort((a, b) => a - b).map((id) => source.get(id))
  const items = rows.filter((row) => row !== undefined).map((row) => toWire(source.entity, row))
  const pageDetails = { count: items.length, requestCount: 500, prevPageUrl: null, nextPageUrl: null }
  return ok(JSON.stringify({ items, pageDetails }))
}

function deleteItem(store: Store, route: Route, call: Call): Answer {
  const table = tableOf(store, route.entity)
  const row = findRecord(table, route.id, 'delete')
  if (!belongs(row, route)) throw new RefusalError([noRecord('delete')])
  writerOf(route.entity).remove(store, table, row, actorOf(store, call, 'delete'))
  return itemId(row.id)
}

function write(store: Store, route: Route, call: Call): Answer {
  const table = tableOf(store, route.entity)
  const body = parseJson(call.body)
  const creating = call.method === 'POST'
  const draft = readDraft(table.entity, body, !creating)
  const writer: Writer = writerOf(route.entity)
  if (creating) {
    if (route.parent) draft.values[route.parent.field] = route.parent.id
    return itemId(writer.create(store, table, draft, actorOf(store, call, 'create')))
  }
  const row = findRecord(table, draft.id, 'update')
  if (!belongs(row, route)) throw new RefusalError([noRecord('update')])
  const full = call.method === 'PUT' ? toFullDraft(table.entity, draft) : draft
  // A child stays with the parent in its path.
  if (route.parent) delete full.values[route.parent.field]
  writer.update(store, table, row, full, actorOf(store, call, 'update'))
  return itemId(row.id)
}

function belongs(row: Row, route: Route): boolean {
  return route.parent === null || numberIn(row, route.parent.field) === route.parent.id
}

/** Impersonation is for writes only (autotask-api.md 1.4). */
function refuseImpersonation(call: Call): void {
  if (call.impersonated === null) return
  throw new RefusalError(['The logged in Resource does not have the adequate permissions to query this entity type.'])
}

function actorOf(store: Store, call: Call, operation: 'create' | 'update' | 'delete'): Actor {
  const own = store.account.resourceID
  if (call.impersonated === null) return { by: 'api', resourceID: own, impersonatorID: null }
  const resource = tableOf(store, 'Resource').get(call.impersonated)
  if (resource?.isActive === true && resource.userType !== apiUserType) {
    return { by: 'api', resourceID: resource.id, impersonatorID: own }
  }
  throw new RefusalError([
    `The logged in Resource does not have the adequate permissions to ${operation} this entity type.`,
  ])
}
