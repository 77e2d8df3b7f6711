// Result sets belong to a session and die of age, on release, and with the session (ksc-open-api.md 4.3, 6.2, 8.1).
import { randomUUID } from 'node:crypto'
import { notFound, type PxgError } from './wire/pxg-error.ts'
import { params, type WireObject } from './wire/values.ts'

/** Which class of calls may read a set; another class finds nothing under its id. */
export type ResultSetKind = 'chunk' | 'view' | 'events' | 'iterator'

/** What a search found: the rows as they were, and how to show one. */
export type ResultRows = {
  count: number
  /** Wire records from `start`, at most `count` of them. */
  read(start: number, count: number): WireObject[]
  /** The same records as JSON text, each in its tagged container. */
  write(start: number, count: number): string[]
  /** For EventProcessing.InitiateDelete. */
  eventIds?(): number[]
  /** Only the count may be asked (SrvView option NEED_ONLY_COUNT). */
  countOnly?: boolean
}

type ResultSet = { kind: ResultSetKind; rows: ResultRows; lifetimeMs: number; expiresAt: number; position: number }

/** An asynchronous search that runs or has ended. */
export type AsyncRequest = {
  kind: ResultSetKind
  readyAt: number
  lifetimeSeconds: number
  outcome: ResultRows | PxgError
}

/** The open objects of one session. */
export type ResultSets = { sets: Map<string, ResultSet>; requests: Map<string, AsyncRequest> }

/** Longest lifetime; more is cut to it (ksc-open-api.md 4.1). */
export const maxLifetimeSeconds = 7200
/** Lifetime when 0 is asked (ksc-open-api.md 8.1, lTimeoutSec). */
const defaultLifetimeSeconds = 900

/** Makes the store of a new session. */
export const createResultSets = (): ResultSets => ({ sets: new Map(), requests: new Map() })

/** Keeps rows and gives their id. The lifetime slides with every access. */
export function openResultSet(
  { sets }: ResultSets,
  kind: ResultSetKind,
  rows: ResultRows,
  lifetimeSeconds: number,
  now: number,
): string {
  for (const [id, set] of sets) if (set.expiresAt <= now) sets.delete(id)
  const seconds = lifetimeSeconds <= 0 ? defaultLifetimeSeconds : Math.min(lifetimeSeconds, maxLifetimeSeconds)
  const id = randomUUID().replaceAll('-', '')
  sets.set(id, { kind, rows, lifetimeMs: seconds * 1000, expiresAt: now + seconds * 1000, position: 0 })
  return id
}

/** Finds a living set and renews its life. Throws PxgError 1186. */
export function useResultSet({ sets }: ResultSets, kind: ResultSetKind, id: string, now: number): ResultSet {
  const set = sets.get(id)
  if (!set || set.kind !== kind || set.expiresAt <= now) {
    if (set && set.expiresAt <= now) sets.delete(id)
    throw notFound('Result set', id)
  }
  set.expiresAt = now + set.lifetimeMs
  return set
}

/** Ends a set. Throws PxgError 1186 when there is none. */
export function releaseResultSet(own: ResultSets, kind: ResultSetKind, id: string, now: number): void {
  useResultSet(own, kind, id, now)
  own.sets.delete(id)
}

/** Makes rows of a table's records: rendered only when a page is read, so a big result costs one reference a row. */
export function rowsOf<Row>(
  rows: readonly Row[],
  render: (row: Row) => WireObject,
  write: (row: Row) => string = (row) => JSON.stringify(params(render(row))),
): ResultRows {
  return {
    count: rows.length,
    read: (start, count) => rows.slice(start, start + count).map(render),
    write: (start, count) => rows.slice(start, start + count).map(write),
  }
}
