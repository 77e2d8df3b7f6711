import { ConnectorError } from '../../failure.ts'

/** How far the events were read. */
export type EventCursor = {
  /** Highest `event_db_id` that was read. */
  readonly last: number
  /** Nothing at or below this is ever read: those events are older than the connection. */
  readonly floor: number
}

/** The cursor as text, opaque to everybody else. */
export function writeCursor({ last, floor }: EventCursor): string {
  return `1:${floor}:${last}`
}

/** Reads a cursor; null for `''`, which means "begin now". Throws `refused` for a text that this connector did not write. */
export function readCursor(text: string): EventCursor | null {
  if (text === '') return null
  const [, floor, last] = /^1:(\d{1,15}):(\d{1,15})$/.exec(text) ?? []
  if (floor !== undefined && last !== undefined) return { floor: Number(floor), last: Number(last) }
  throw new ConnectorError(
    'refused',
    'invalid-value',
    'The stored position among the events of this server cannot be read. Reset it: reading then begins with the next event.',
  )
}

/** The id above which the next reading begins: a little below the last one, never below the floor. */
export function rereadFrom({ last, floor }: EventCursor, overlap: number): number {
  return Math.max(floor, last - overlap)
}
