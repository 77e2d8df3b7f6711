import { type Host, hostFields, readHostPage } from './host-wire.ts'
import { ListLostError } from './reply-failure.ts'
import type { KscContext, Session } from './session.ts'
import { readCount, readText } from './wire.ts'

export type HostQuery = {
  readonly filter: string
  /** Only computers of the server that the session belongs to, which is the main one. */
  readonly ownOnly: boolean
}

/** Computers in an administration group; those that wait in Unassigned devices are not managed (ksc-open-api.md 4.4). */
export const managedFilter = '(KLHST_WKS_STATUS&2<>0)'

/** Seconds that a result set lives without being read; the server allows at most 7200 (4.1). */
const lifetimeSeconds = 1800

/**
 * Lists computers page by page; those in `given` are left out, and what was taken by the caller is put there. A list that is
 * lost half-way, or that ends before the promised number of different computers came, is begun again once; the second time it
 * throws `ListLostError`. A query that the server refuses throws `PxgError`. What was listed is whole only when the generator
 * returns.
 */
export async function* listHosts(
  context: KscContext,
  session: Session,
  query: HostQuery,
  given: Set<string>,
): AsyncGenerator<readonly Host[]> {
  try {
    yield* listOnce(context, session, query, given)
  } catch (error) {
    if (!(error instanceof ListLostError)) throw error
    const fields = { filter: query.filter, error: error.message }
    context.log.warn(fields, 'list of computers was lost half-way, beginning it again')
    yield* listOnce(context, session, query, given)
  }
}

async function* listOnce(
  context: KscContext,
  session: Session,
  query: HostQuery,
  given: Set<string>,
): AsyncGenerator<readonly Host[]> {
  const { count, accessor } = await findHosts(session, query)
  // While nothing was given before, what is given is also what this reading saw: a second set of a million keys is saved.
  const own = given.size === 0 ? null : new Set<string>()
  const read = (start: number) => readChunk(session, accessor, start, context.settings.pageSize)
  let coming: Promise<readonly Host[]> | null = null
  // A session has one call at a time: nothing more is asked before the page that is on its way is there.
  const settle = () => coming?.catch(() => undefined)
  try {
    for (let start = 0; start < count; ) {
      const hosts: readonly Host[] = await (coming ?? read(start))
      if (hosts.length === 0) break
      start += hosts.length
      // The server makes the next page while our reader works on this one.
      coming = start < count ? read(start) : null
      void settle()
      const fresh = new Map<string, Host>()
      for (const host of hosts) {
        const key = host.KLHST_WKS_HOSTNAME
        if (key === '') throw new ListLostError('The server lists a computer without its KLHST_WKS_HOSTNAME.')
        own?.add(key)
        if (!given.has(key)) fresh.set(key, host)
      }
      yield [...fresh.values()]
      // Only now: a page that its reader could not use was not given, and must come again.
      for (const key of fresh.keys()) given.add(key)
    }
    const seen = (own ?? given).size
    if (seen < count) {
      throw new ListLostError(
        `The server promised ${count} computers and listed ${seen} different ones, so the list is not whole.`,
      )
    }
    await session.callOnList('ChunkAccessor.Release', { strAccessor: accessor })
  } catch (error) {
    await settle()
    if (error instanceof ListLostError) await releaseLost(context, session, accessor)
    throw error
  } finally {
    await settle()
  }
}

/** Asks for managed computers and gives how many there are, without listing them. */
export async function countHosts(session: Session, query: HostQuery): Promise<number> {
  const { count, accessor } = await findHosts(session, query)
  await session.call('ChunkAccessor.Release', { strAccessor: accessor })
  return count
}

async function findHosts(session: Session, query: HostQuery): Promise<{ count: number; accessor: string }> {
  const method = 'HostGroup.FindHosts'
  const reply = await session.call(method, {
    wstrFilter: query.filter,
    vecFieldsToReturn: hostFields,
    // A result set does not change while it is read, so the server is spared the sorting (4.5).
    vecFieldsToOrder: [],
    pParams: { KLGRP_FIND_FROM_CUR_VS_ONLY: query.ownOnly },
    lMaxLifeTime: lifetimeSeconds,
  })
  return { count: readCount(method, reply), accessor: readText(method, reply, 'strAccessor') }
}

async function readChunk(session: Session, accessor: string, start: number, count: number): Promise<readonly Host[]> {
  const method = 'ChunkAccessor.GetItemsChunk'
  const reply = await session.pageOfList(method, { strAccessor: accessor, nStart: start, nCount: count })
  const { hosts, count: promised } = readHostPage(method, reply)
  if (promised === hosts.length) return hosts
  throw new ListLostError(`The server announced ${promised} computers in a page and sent ${hosts.length}.`)
}

/** Frees a result set that is of no more use, if it is still there at all. */
async function releaseLost(context: KscContext, session: Session, accessor: string): Promise<void> {
  try {
    await session.callOnList('ChunkAccessor.Release', { strAccessor: accessor })
  } catch (error) {
    context.log.debug({ error: String(error) }, 'lost list could not be released')
  }
}
