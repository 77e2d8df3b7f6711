// One kind of records, with the indexes that keep common searches from reading all of them.

/** Every record has a number of its own. */
export type Numbered = { readonly id: number }

/** What an index sorts a record under; null and '' are not indexed. */
export type IndexKey = string | number | null

/** The records of one kind. */
export type Table<Row extends Numbered> = {
  /** Ascending. */
  ids(): readonly number[]
  get(id: number): Row | undefined
  /** Ids under this key (unordered), or undefined when there is no such index. Texts are found without case. */
  find(index: string, key: string | number): readonly number[] | undefined
  /** Records under this key, by id. Throws without such an index: a slip in this emulator. */
  rowsOf(index: string, key: string | number): Row[]
  /** All records, by id. */
  rows(): Row[]
  /** Records as a search saw them `lagMs` ago, for those that changed since; undefined was not there yet. */
  past(now: number, lagMs: number): ReadonlyMap<number, Row | undefined>
  /** Adds or replaces by id. `now` is for searches that lag. */
  put(row: Row, now: number): void
  remove(id: number, now: number): void
  /** The id a new record gets. */
  takeId(): number
  /** Ids start above this one. */
  startIdsAfter(id: number): void
  lastId(): number
  /** Empties the table and fills it anew. */
  reset(rows: readonly Row[], lastId: number): void
  /** Makes searches that lag see everything put in so far. */
  settle(): void
}

/** Kept versions: at several thousand writes a second this covers a lag of some seconds. */
const maxPast = 20_000

/** Makes an empty table; `indexes` says what each index sorts a record under. */
export function createTable<Row extends Numbered>(
  indexes: Readonly<Record<string, (row: Row) => IndexKey>> = {},
): Table<Row> {
  let rows = new Map<number, Row>()
  let ids: number[] = []
  let last = 0
  let past: { at: number; id: number; before: Row | undefined }[] = []
  const keys = new Map(Object.keys(indexes).map((name) => [name, new Map<string, number | Set<number>>()]))

  function remember(id: number, before: Row | undefined, now: number): void {
    // A clock that was moved back makes the old versions meaningless.
    if (now < (past.at(-1)?.at ?? 0)) past = []
    past.push({ at: now, id, before })
    if (past.length >= 2 * maxPast) past = past.slice(-maxPast)
  }

  function index(before: Row | undefined, after: Row | undefined): void {
    for (const [name, byKey] of keys) {
      const keyOf = indexes[name]
      const old = before && keyOf ? fold(keyOf(before)) : ''
      const key = after && keyOf ? fold(keyOf(after)) : ''
      if (old === key) continue
      if (before) removeKey(byKey, old, before.id)
      if (after) addKey(byKey, key, after.id)
    }
  }

  function find(name: string, key: string | number): readonly number[] | undefined {
    const found = keys.get(name)?.get(fold(key))
    if (found === undefined) return keys.has(name) ? [] : undefined
    return typeof found === 'number' ? [found] : [...found]
  }

  const known = (wanted: readonly number[]): Row[] =>
    wanted.map((id) => rows.get(id)).filter((row) => row !== undefined)

  return {
    ids: () => ids,
    get: (id) => rows.get(id),
    find,
    rowsOf(name, key) {
      const found = find(name, key)
      if (!found) throw new Error(`there is no index ${name}`)
      return known(found.toSorted((a, b) => a - b))
    },
    rows: () => known(ids),
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
      if (!before) insertId(ids, row.id)
      last = Math.max(last, row.id)
      index(before, row)
      remember(row.id, before, now)
    },
    remove(id, now) {
      const before = rows.get(id)
      if (!before) return
      rows.delete(id)
      ids.splice(lowerBound(ids, id), 1)
      index(before, undefined)
      remember(id, before, now)
    },
    takeId: () => last + 1,
    startIdsAfter(id) {
      last = Math.max(last, id)
    },
    lastId: () => last,
    reset(fresh, lastId) {
      rows = new Map(fresh.map((row) => [row.id, row]))
      ids = [...rows.keys()].sort((a, b) => a - b)
      last = Math.max(lastId, ids.at(-1) ?? 0)
      past = []
      for (const byKey of keys.values()) byKey.clear()
      for (const row of rows.values()) index(undefined, row)
    },
    settle() {
      past = []
    },
  }
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

function insertId(ids: number[], id: number): void {
  if (id > (ids.at(-1) ?? Number.NEGATIVE_INFINITY)) ids.push(id)
  else ids.splice(lowerBound(ids, id), 0, id)
}

function fold(key: IndexKey): string {
  return key === null ? '' : String(key).toLowerCase()
}

function addKey(byKey: Map<string, number | Set<number>>, key: string, id: number): void {
  if (key === '') return
  const there = byKey.get(key)
  if (there === undefined) byKey.set(key, id)
  else if (typeof there === 'number') byKey.set(key, new Set([there, id]))
  else there.add(id)
}

function removeKey(byKey: Map<string, number | Set<number>>, key: string, id: number): void {
  const there = byKey.get(key)
  if (there === undefined) return
  if (typeof there === 'number') byKey.delete(key)
  else there.delete(id)
}
