// One entity's records, with indexes for the queries that clients send all the time.
import { type Entity, numberIn } from '../model/entity.ts'
import type { Row, Value } from '../model/field.ts'
import { createTimeIndex } from './time-index.ts'

/** The records of one entity. */
export type Table = {
  entity: Entity
  /** Ascending. */
  ids(): readonly number[]
  get(id: number): Row | undefined
  all(): Row[]
  /** Ids whose indexed field equals `value`, ascending; undefined when the field has no index. */
  find(field: string, value: Value): readonly number[] | undefined
  /** Ids changed at or after `time`, unordered; may hold ids that no longer qualify. */
  changedSince(time: number): readonly number[]
  /** Records as they were `lagMs` ago, for those that changed since; undefined: not there yet. */
  past(now: number, lagMs: number): ReadonlyMap<number, Row | undefined>
  /** Adds or replaces by id; `now` is for searches that lag. */
  put(row: Row, now: number): void
  remove(id: number, now: number): void
  /** The id of the next new record. */
  nextId(): number
  /** New ids stay above this one. */
  startIdsAfter(id: number): void
  lastId(): number
  /** Empties the table and fills it. */
  reset(rows: readonly Row[], lastId: number): void
  /** Lets searches that lag see everything put in so far. */
  settle(): void
}

type PastRow = { at: number; id: number; before: Row | undefined }
type Index = Map<string, number[]>

/** Versions kept for searches that lag: some seconds' worth at thousands of writes a second. */
const versionsKept = 20_000
const nothing: readonly number[] = []

/** Makes an empty table. */
export function createTable(entity: Entity): Table {
  const rows = new Map<number, Row>()
  let ids: number[] = []
  let last = 0
  let past: PastRow[] = []
  const indexes = new Map<string, Index>(entity.indexes.map((name) => [name, new Map()]))
  const times = createTimeIndex()

  function remember(id: number, before: Row | undefined, now: number): void {
    // A clock that was moved back makes the old versions meaningless.
    if (now < (past.at(-1)?.at ?? now)) past = []
    past.push({ at: now, id, before })
    if (past.length >= 2 * versionsKept) past = past.slice(-versionsKept)
  }

  function reindex(row: Row, before: Row | undefined): void {
    for (const [name, index] of indexes) {
      const key = keyOf(row[name])
      const old = before ? keyOf(before[name]) : ''
      if (old === key) continue
      take(index, old, row.id)
      if (key !== '') add(index, key, row.id)
    }
    const changed = numberIn(row, 'lastUpdated')
    if (changed !== null && changed !== before?.lastUpdated) times.add(changed, row.id)
    if (times.isCrowded(rows.size)) {
      times.rebuild([...rows.values()].map((one) => [numberIn(one, 'lastUpdated') ?? 0, one.id]))
    }
  }

  const table: Table = {
    entity,
    ids: () => ids,
    get: (id) => rows.get(id),
    all: () => ids.map((id) => rows.get(id)).filter((row) => row !== undefined),
    find(name, value) {
      const index = indexes.get(name)
      return index && (index.get(keyOf(value)) ?? nothing)
    },
    changedSince: (time) => times.since(time),
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
      if (!before) insert(ids, row.id)
      last = Math.max(last, row.id)
      reindex(row, before)
      remember(row.id, before, now)
    },
    remove(id, now) {
      const before = rows.get(id)
      if (!before) return
      rows.delete(id)
      ids.splice(lowerBound(ids, id), 1)
      for (const [name, index] of indexes) take(index, keyOf(before[name]), id)
      remember(id, before, now)
    },
    nextId: () => last + 1,
    startIdsAfter(id) {
      last = Math.max(last, id)
    },
    lastId: () => last,
    reset(fresh, lastId) {
      rows.clear()
      for (const row of fresh) rows.set(row.id, row)
      ids = [...rows.keys()].sort((a, b) => a - b)
      last = Math.max(lastId, ids.at(-1) ?? 0)
      past = []
      for (const index of indexes.values()) index.clear()
      times.rebuild([])
      for (const row of rows.values()) reindex(row, undefined)
    },
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
    if ((list[middle] ?? 0) < wanted) low = middle + 1
    else high = middle
  }
  return low
}

function insert(list: number[], id: number): void {
  if (id > (list.at(-1) ?? Number.NEGATIVE_INFINITY)) list.push(id)
  else list.splice(lowerBound(list, id), 0, id)
}

/** Texts are found in any case, as the vendor's database compares them; '' and null are not in an index. */
function keyOf(value: Value | undefined): string {
  return value === null || value === undefined ? '' : String(value).toLowerCase()
}

function add(index: Index, key: string, id: number): void {
  const there = index.get(key)
  if (there) insert(there, id)
  else index.set(key, [id])
}

function take(index: Index, key: string, id: number): void {
  const there = index.get(key)
  if (!there) return
  const at = lowerBound(there, id)
  if (there[at] === id) there.splice(at, 1)
  if (there.length === 0) index.delete(key)
}
