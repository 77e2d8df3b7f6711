// query, query/count and their pages.
import { RefusalError } from '../answers.ts'
import type { Entity } from '../model/entity.ts'
import type { Row } from '../model/field.ts'
import type { RowSource } from '../store/table.ts'
import { type Selection, toWire } from '../wire.ts'
import { type Filter, readFilter, withLowerKeys } from './filter.ts'
import { type Cursor, pageUrl, readCursor } from './paging.ts'
import { planQuery, type View } from './plan.ts'

/** How a query came in. */
export type QueryCall = {
  /** The parsed query model, or undefined when none was sent. */
  model: unknown
  /** The text of `search`, for queries made with GET. */
  search: string | null
  /** `paging` of a page URL, with its direction; null on the first page. */
  page: { direction: 'next' | 'previous'; paging: string | null } | null
  /** Absolute address of the query route, without a slash at its end. */
  url: string
  now: number
  lagMs: number
}

const largestPage = 500

/** Answers a page of a query as JSON text. Throws `RefusalError` for what Autotask refuses. */
export function runQuery(source: RowSource, call: QueryCall): string {
  const model = readModel(source.entity, call.model)
  const cursor = call.page ? readCursor(call.page.paging) : undefined
  const size = Math.min(cursor?.pageSize ?? model.size, largestPage)
  const started = cursor ? startOf(cursor, call.page?.direction === 'next') : [-1]
  const after = started.at(-1) ?? -1
  const view = planQuery(source, model.filter, call.now, call.lagMs)
  const rows = collect(view, model.filter, after === -1 ? Number.NEGATIVE_INFINITY : after, size + 1)
  const hasMore = rows.length > size
  if (hasMore) rows.pop()
  if (hasMore && model.selection && !model.selection.fields.some((field) => field.name === 'id')) {
    throw new RefusalError(['IncludeFields must contain id when the result has more than one page.'])
  }
  const last = rows.at(-1)?.id ?? after
  const base = { pageSize: size, previousIds: started }
  const next = hasMore ? pageUrl(call.url, 'next', { ...base, nextIds: [last] }, call.search) : null
  const isFirst = started.length <= 1
  const back = { pageSize: size, previousIds: started.slice(0, -1), nextIds: [after] }
  const previous = isFirst ? null : pageUrl(call.url, 'previous', back, call.search)
  return JSON.stringify({
    items: rows.map((row) => toWire(source.entity, row, model.selection)),
    pageDetails: { count: rows.length, requestCount: size, prevPageUrl: previous, nextPageUrl: next },
  })
}

/** Answers how many rows a query has. Throws as `runQuery` does. */
export function runCount(source: RowSource, call: QueryCall): string {
  const { filter } = readModel(source.entity, call.model)
  const view = planQuery(source, filter, call.now, call.lagMs)
  const rows = collect(view, filter, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)
  return `{"queryCount":${rows.length}}`
}

function collect(view: View, filter: Filter, after: number, most: number): Row[] {
  const { ids, start } = view.candidates(after)
  const rows: Row[] = []
  for (let n = start; n < ids.length && rows.length < most; n += 1) {
    const row = view.get(ids[n] as number)
    if (row && filter.matches(row)) rows.push(row)
  }
  return rows
}

/** The ids after which each page up to the wanted one begins; -1 is the first page. */
function startOf(cursor: Cursor, forward: boolean): number[] {
  return forward ? [...cursor.previousIds, ...cursor.nextIds.slice(-1)] : cursor.previousIds
}

type Model = { filter: Filter; size: number; selection: Selection | undefined }

function readModel(entity: Entity, model: unknown): Model {
  const keys = typeof model === 'object' && model !== null ? withLowerKeys(model) : {}
  const filter = Array.isArray(keys.filter) ? keys.filter : keys.filter ? [keys.filter] : []
  if (filter.length === 0) throw new RefusalError(['Value cannot be null. Parameter name: filters'])
  const size = keys.maxrecords === undefined || keys.maxrecords === null ? largestPage : Number(keys.maxrecords)
  if (!Number.isInteger(size) || size < 1 || size > largestPage) {
    throw new RefusalError(['maxCountOfRecordsToReturn must be between 1 and 500'])
  }
  return { filter: readFilter(entity, filter), size, selection: readSelection(entity, keys.includefields) }
}

function readSelection(entity: Entity, names: unknown): Selection | undefined {
  if (!Array.isArray(names) || names.length === 0) return undefined
  const wanted = new Set<string>()
  const udfs = new Set<string>()
  let all = false
  for (const name of names.map(String)) {
    const field = entity.field(name)
    const udf = entity.udfs.find((one) => one.name.toLowerCase() === name.toLowerCase())
    if (field) wanted.add(field.name)
    else if (udf) udfs.add(udf.name)
    else if (name.toLowerCase() === 'userdefinedfields') all = true
    else throw new RefusalError([`Unable to find ${name} in the ${entity.name} Entity`])
  }
  return {
    fields: entity.fields.filter((field) => wanted.has(field.name)),
    udfs: all ? 'all' : udfs.size > 0 ? udfs : 'none',
  }
}
