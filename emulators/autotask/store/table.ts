// One entity's rows with the indexes that keep common queries from reading all of them.
import type { Entity } from '../model/entity.ts'
import type { Row, Value } from '../model/field.ts'
import { createTimeIndex, type TimeIndex } from './time-index.ts'

/** A row as it was before a write, for searches that lag. `before` is undefined when the row was new. */
export type PastRow = { at: number; id: number; before: Row | undefined }

/** What a query reads from: a table, or rows made on the fly. */
export type RowSource = {
  entity: Entity
  /** Ascending. */
  ids(): readonly number[]
  get(id: number): Row | undefined
  /** Ids whose indexed field equals `value` (unordered), or undefined when the field has no index. */
  find(field: string, value: Value): readonly number[] | undefined
  /** Ids whose ordered time field is at or after `time` (unordered, may repeat), or undefined without such an index. */
  since(field: string, time: number): readonly number[] | undefined
  /** Rows as a search saw them `lagMs` ago, for those that changed since. */
  past(now: number, lagMs: number): ReadonlyMap<number, Row | undefined>
}

/** The rows of one entity. */
export type Table = RowSource & {
  /** Adds or replaces by id. `now` is for searches that lag. */
  put(row: Row, now: number): void
  remove(id: number, now: number): void
  /** The id a new row gets. */
  takeId(): number
  /** Ids start above this one. */
  startIdsAfter(id: number): void
  /** Empties the table and fills it anew. */
  reset(rows: readonly Row[], lastId: number): void
  lastId(): number
  /** Makes searches that lag see everything put in so far. */
  settle(): void
}

/** Kept versions: at several thousand writes a second this covers a lag of some seconds. */
const maxPast = 20_000

/** Makes an empty table. */
export function createTable(entity: Entity): Table {
  let rows = new Map<number, Row>()
  let ids: number[] = []
  let last = 0
  let past: PastRow[] = []
  const indexes = new Map(entity.indexes.map((field) => [field, new Map<string, number | number[]>()]))
  const times: TimeIndex | undefined = entity.orderedBy === '' ? undefined : createTimeIndex()

  function remember(id: number, before: Row | undefined, now: number): void {
    // A clock that was moved back makes the old versions meaningless.
    if (past.length > 0 && now < (past.at(-1)?.at ?? 0)) past = []
    past.push({ at: now, id, before })
    if (past.length >= 2 * maxPast) past = past.slice(-maxPast)
  }

  function index(row: Row, before: Row | undefined): void {
    for (const [field, keys] of indexes) {
      const key = keyOf(row[field] as Value)
      if (before) {
        const old = keyOf(before[field] as Value)
        if (old === key) continue
        removeKey(keys, old, row.id)
      }
      addKey(keys, key, row.id)
    }
    const time = row[entity.orderedBy]
    if (times && typeof time === 'number' && time !== before?.[entity.orderedBy]) times.add(time, row.id)
    if (times?.isCrowded(rows.size)) times.rebuild(timesOf(rows, entity.orderedBy))
  }

  const table: Table = {
    entity,
    ids: () => ids,
    get: (id) => rows.get(id),
    find(field, value) {
      const keys = indexes.get(field)
      if (!keys) return undefined
      const found = keys.get(keyOf(value))
      return found === undefined ? [] : typeof found === 'number' ? [found] : found
    },
    since: (field, time) => (times && field === entity.orderedBy ? times.since(time) : undefined),
    past(now, lagMs) {
      const versions = new Map<number, Row | undefined>()
      for (let n = past.length - 1; n >= 0; n -= 1) {
        const entry = past[n]
        if (!entry || entry.at <= now - lagMs) break
        versions.set(entry.id, entry.before)
      }
      return versions
    },
    put(row, now) {
      const before = rows.get(row.id)
      rows.set(row.id, row)
      if (!before) ids = insertId(ids, row.id)
      if (row.id > last) last = row.id
      index(row, before)
      remember(row.id, before, now)
    },
    remove(id, now) {
      const before = rows.get(id)
      if (!before) return
      rows.delete(id)
      ids.splice(lowerBound(ids, id), 1)
      for (const [field, keys] of indexes) removeKey(keys, keyOf(before[field] as Value), id)
      remember(id, before, now)
    },
    takeId: () => last + 1,
    startIdsAfter(id) {
      last = Math.max(last, id)
    },
    reset(fresh, lastId) {
      rows = new Map(fresh.map((row) => [row.id, row]))
      ids = [...rows.keys()].sort((a, b) => a - b)
      last = Math.max(lastId, ids.at(-1) ?? 0)
      past = []
      for (const keys of indexes.values()) keys.clear()
      times?.rebuild([])
      for (const row of rows.values()) index(row, undefined)
    },
    lastId: () => last,
    settle() {
      past = []
    },
  }
  return table
}

/** First position in an ascending list whose entry is not below `wanted`. */
export function lowerBound(list: readonly number[], wanted: number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((list[middle] as number) < wanted) low = middle + 1
    else high = middle
  }
  return low
}

function insertId(ids: number[], id: number): number[] {
  if (id > (ids.at(-1) ?? Number.NEGATIVE_INFINITY)) ids.push(id)
  else ids.splice(lowerBound(ids, id), 0, id)
  return ids
}

/** Texts are found without case, as a usual SQL Server collation does; null and '' are not indexed apart. */
function keyOf(value: Value): string {
  return value === null ? '' : String(value).toLowerCase()
}

function addKey(keys: Map<string, number | number[]>, key: string, id: number): void {
  if (key === '') return
  const there = keys.get(key)
  if (there === undefined) keys.set(key, id)
  else if (typeof there === 'number') keys.set(key, [there, id])
  else there.push(id)
}

function removeKey(keys: Map<string, number | number[]>, key: string, id: number): void {
  const there = keys.get(key)
  if (there === undefined) return
  if (typeof there === 'number') keys.delete(key)
  else
    keys.set(
      key,
      there.filter((other) => other !== id),
    )
}

function timesOf(rows: ReadonlyMap<number, Row>, field: string): [number, number][] {
  const all: [number, number][] = []
  for (const row of rows.values()) {
    const time = row[field]
    if (typeof time === 'number') all.push([time, row.id])
  }
  return all
}
