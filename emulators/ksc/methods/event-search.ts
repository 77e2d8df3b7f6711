// What both ways of reading events share: the rows a session may see, as result sets.
import type { AttributeTable } from '../attributes/attribute.ts'
import { toRecord } from '../attributes/attribute.ts'
import { lowerBound } from '../filter/evaluate.ts'
import type { Filter } from '../filter/syntax.ts'
import type { EventRecord } from '../model/types.ts'
import { type ResultRows, rowsOf } from '../result-sets.ts'
import type { Order } from '../wire/args.ts'
import { notPermitted } from '../wire/pxg-error.ts'
import type { WireObject } from '../wire/values.ts'
import type { Call } from './call.ts'
import { checkAnswering, findRows } from './search.ts'

/** Most records one range may ask for (ksc-open-api.md 6.2). */
const maxRange = 65_536

/** A search over stored events. */
export type EventSearch = {
  table: AttributeTable<EventRecord>
  filter: Filter
  fields: readonly string[]
  order: readonly Order[]
  /** A further test beside the filter. */
  passes?(event: EventRecord): boolean
}

/** Finds events of the session's server; those registered within the fault `searchLagMs` are not there yet. */
export function findEvents(call: Call, { table, filter, fields, order, passes }: EventSearch): EventRecord[] {
  const { world, session, now } = call
  // All events are kept by the main server, so one silent virtual server does not hide those of the others.
  if (session.vserverId !== 0) checkAnswering(world, session.vserverId, filter)
  const newest = now - call.searchLagMs()
  const rows = world.events
    .after(lowerBound(filter, 'event_db_id'))
    .filter(
      (event) =>
        (session.vserverId === 0 || event.vserverId === session.vserverId) &&
        event.registrationTime <= newest &&
        (passes?.(event) ?? true),
    )
  return findRows({ table, rows, filter, fields, order, now })
}

/** Events as a result set. */
export function eventRows(
  table: AttributeTable<EventRecord>,
  fields: readonly string[],
  events: readonly EventRecord[],
): ResultRows {
  return {
    ...rowsOf(events, (event) => toRecord(table, fields, event)),
    eventIds: () => events.map((event) => event.id),
  }
}

/** Reads `nStart` to `nEnd`. Throws PxgError 1193 for a range the server refuses. */
export function readRange(
  { args }: Call,
  rows: ResultRows,
  endCounts: boolean,
  read: (start: number, count: number) => WireObject[],
): WireObject[] {
  const start = args.int('nStart', 0)
  const end = args.int('nEnd', 0)
  if (rows.countOnly) throw notPermitted('the result set was made with NEED_ONLY_COUNT')
  if (start < 0 || end - start < 0 || end - start >= maxRange) {
    throw notPermitted('a range must satisfy 0 <= nEnd - nStart < 65536')
  }
  return read(start, end - start + (endCounts ? 1 : 0))
}
