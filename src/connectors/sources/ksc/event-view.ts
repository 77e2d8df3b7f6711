import { params } from './parameters.ts'
import { ListLostError } from './reply-failure.ts'
import type { Session } from './session.ts'
import { type EventRow, eventFields, readCount, readEventRows, readText } from './wire.ts'

export type EventQuery = {
  readonly filter: string
  readonly newestFirst: boolean
  /** Rows that the server takes into the result set at most. */
  readonly top: number
}

/** Seconds that a result set lives without being read. */
const lifetimeSeconds = 600

/**
 * Rows of the events view in order of `event_db_id`, page by page (ksc-open-api.md 6.2). Gives the size of the result set when
 * every row of it was read. Throws `ListLostError` when the set ends before that.
 */
export async function* readEventView(
  session: Session,
  query: EventQuery,
  pageSize: number,
): AsyncGenerator<readonly EventRow[], number> {
  const iterator = await resetIterator(session, query)
  const count = readCount(
    'SrvView.GetRecordCount',
    await session.callOnList('SrvView.GetRecordCount', { wstrIteratorId: iterator }),
  )
  const method = 'SrvView.GetRecordRange'
  for (let start = 0; start < count; ) {
    // Both ends belong to the range.
    const end = Math.min(start + pageSize, count) - 1
    const reply = await session.callOnList(method, { wstrIteratorId: iterator, nStart: start, nEnd: end })
    const rows = readEventRows(method, reply)
    if (rows.length === 0)
      throw new ListLostError(`The server promised ${count} events and ended its list at ${start}.`)
    start += rows.length
    yield rows
  }
  await session.callOnList('SrvView.ReleaseIterator', { wstrIteratorId: iterator })
  return count
}

async function resetIterator(session: Session, query: EventQuery): Promise<string> {
  const method = 'SrvView.ResetIterator'
  const reply = await session.call(method, {
    wstrViewName: 'EventsSrvViewName',
    wstrFilter: query.filter,
    vecFieldsToReturn: eventFields,
    vecFieldsToOrder: [params({ Name: 'event_db_id', Asc: !query.newestFirst })],
    pParams: { TOP_N: query.top },
    lifetimeSec: lifetimeSeconds,
  })
  return readText(method, reply, 'wstrIteratorId')
}

/** The highest `event_db_id` of all events the server keeps; 0 when it keeps none. */
export async function readNewestEventId(session: Session): Promise<number> {
  let newest = 0
  for await (const rows of readEventView(session, { filter: '(event_db_id>0)', newestFirst: true, top: 1 }, 1)) {
    for (const { event_db_id: id } of rows) newest = Math.max(newest, id ?? 0)
  }
  return newest
}
