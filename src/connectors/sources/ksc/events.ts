import type { EventSeen } from '../../../core/observation.ts'
import { ConnectorError } from '../../failure.ts'
import type { EventPage } from '../../source.ts'
import { type EventCursor, readCursor, rereadFrom, writeCursor } from './event-cursor.ts'
import { readEventView, readNewestEventId } from './event-view.ts'
import { mainTenantKey, rowToEvent, toSeverity } from './map.ts'
import { ListLostError } from './reply-failure.ts'
import { type KscContext, type Session, startSession } from './session.ts'
import { readAllVirtualServers } from './virtual-servers.ts'
import type { EventRow } from './wire.ts'

/** Pages that one query of the server's database is good for; a long backlog is read by several queries. */
const pagesPerQuery = 20

/** A clock this far ahead is reported once a reading. */
const dayMs = 86_400_000

/**
 * Events of severity Warning and above, after the cursor and a little before it: numbers are given when a transaction begins and
 * become visible when it ends, so one may appear below a number that was read already. Hearing an event twice changes nothing.
 * A cursor older than the oldest event just goes on.
 */
export async function* pollEvents(context: KscContext, cursor: string): AsyncGenerator<EventPage> {
  const stored = readCursor(cursor)
  const session = await startSession(context)
  try {
    if (stored === null) {
      yield { events: [], cursor: writeCursor(beginAt(await readNewestEventId(session))) }
      return
    }
    const highest = yield* readAfter(context, session, stored)
    if (highest >= stored.last) return
    // Not even the last event is there any more. That is usual when it was too old to be kept, so only the newest number tells.
    const newest = await readNewestEventId(session)
    if (newest >= stored.last) return
    const message =
      'event numbers of the server began anew (its database was restored, or its events deleted); reading goes on from its newest event'
    context.log.warn({ newest, last: stored.last }, message)
    yield { events: [], cursor: writeCursor(beginAt(newest)) }
  } finally {
    await session.end()
  }
}

function beginAt(newest: number): EventCursor {
  return { floor: newest, last: newest }
}

/** Gives the highest number that was seen; 0 when there was none. */
async function* readAfter(
  context: KscContext,
  session: Session,
  stored: EventCursor,
): AsyncGenerator<EventPage, number> {
  const { pageSize, eventOverlap } = context.settings
  const tenants = createTenantLookup(context, session)
  const top = pageSize * pagesPerQuery
  let from = rereadFrom(stored, eventOverlap)
  let highest = 0
  let future = 0
  for (let lostAt = -1; ; ) {
    let read = 0
    try {
      const filter = `(&(event_db_id>${from})(GNRL_EA_SEVERITY>1))`
      for await (const rows of readEventView(session, { filter, newestFirst: false, top }, pageSize)) {
        const fresh = inOrder(rows, from)
        const events = await toEvents(context, fresh, tenants)
        future += events.filter(({ happenedAt }) => happenedAt.getTime() > context.now().getTime() + dayMs).length
        read += rows.length
        from = fresh.at(-1)?.id ?? from
        highest = Math.max(highest, from)
        yield { events, cursor: writeCursor({ ...stored, last: Math.max(stored.last, from) }) }
      }
    } catch (error) {
      // Once for the same place: a list that breaks again without having given anything will not get better.
      if (!(error instanceof ListLostError) || lostAt === from) throw error
      context.log.warn({ from, error: error.message }, 'list of events was lost half-way, beginning it again')
      lostAt = from
      continue
    }
    if (read < top) break
  }
  if (future > 0) {
    context.log.warn({ events: future }, 'events carry times more than a day ahead; check the clocks of the computers')
  }
  return highest
}

type Numbered = { readonly id: number; readonly row: EventRow }

/** Rows with their number, repeats dropped. Throws `later/bad-reply` when a number is missing or out of order: the cursor would skip events. */
function inOrder(rows: readonly EventRow[], after: number): readonly Numbered[] {
  const numbered: Numbered[] = []
  let before = after
  for (const row of rows) {
    const id = row.event_db_id
    if (id === before && id !== after) continue
    if (id === null || id <= before) {
      const text =
        'The server lists events without a number or out of order, so none can be skipped safely. Check its version.'
      throw new ConnectorError('later', 'bad-reply', text)
    }
    numbered.push({ id, row })
    before = id
  }
  return numbered
}

type TenantLookup = (virtualServer: number | null) => Promise<string | null>

/** Gives the tenant of a virtual server's number, null for one that is gone; the servers are asked for once, when first needed. */
function createTenantLookup(context: KscContext, session: Session): TenantLookup {
  let known: ReadonlyMap<number | null, string> | null = null
  return async (virtualServer) => {
    if (virtualServer === null || virtualServer === 0) return mainTenantKey
    known ??= new Map((await readAllVirtualServers(session)).map((server) => [server.KLVSRV_ID, server.KLVSRV_UID]))
    const key = known.get(virtualServer)
    if (key !== undefined && key !== '') return key
    context.log.warn(
      { virtualServer },
      'event of a virtual server that the server does not list; it belongs to no client',
    )
    return null
  }
}

async function toEvents(context: KscContext, rows: readonly Numbered[], tenants: TenantLookup): Promise<EventSeen[]> {
  const events: EventSeen[] = []
  for (const { id, row } of rows) {
    const severity = toSeverity(row.GNRL_EA_SEVERITY)
    if (severity === null) continue
    const tenantKey = await tenants(row.KLVSRV_ID)
    if (tenantKey !== null) events.push(rowToEvent(row, id, severity, tenantKey, context.now()))
  }
  return events
}
