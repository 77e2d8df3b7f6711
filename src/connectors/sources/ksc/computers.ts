import type { ComputerSeen, TenantSeen } from '../../../core/observation.ts'
import { ConnectorError } from '../../failure.ts'
import type { ComputerPage } from '../../source.ts'
import { type HostQuery, listHosts, managedFilter } from './host-list.ts'
import type { Host } from './host-wire.ts'
import { hostToComputer, isManaged, mainTenantKey } from './map.ts'
import { ListLostError, PxgError } from './reply-failure.ts'
import { type KscContext, type Session, startSession } from './session.ts'
import { readAllVirtualServers } from './virtual-servers.ts'
import type { VirtualServer } from './wire.ts'

type Server = { readonly id: number; readonly tenantKey: string }

/** Why a tenant's list counts for nothing, by tenant key. */
type Problems = Map<string, string>

/** What this poll came to so far. */
type Outcome = { readonly problems: Problems; readonly complete: Set<string> }

/** What was read of a group of servers so far, over all attempts: keys of the computers given on, and lists spoilt by a computer. */
type Reading = { readonly given: Set<string>; readonly unreadable: Problems }

/**
 * The state of every managed computer of the given tenants. A virtual server that does not answer, or whose list cannot be read,
 * is named in `failed` and leaves the others whole; a failure of the connection throws. When not one tenant was listed whole
 * for want of answers, the poll fails with the last answer.
 */
export async function* pollComputers(
  context: KscContext,
  tenants: readonly TenantSeen[],
): AsyncGenerator<ComputerPage> {
  const session = await startSession(context)
  try {
    const outcome: Outcome = { problems: new Map(), complete: new Set() }
    const known = await readAllVirtualServers(session)
    const wanted = new Set(tenants.filter(({ enabled }) => enabled).map(({ key }) => key))
    let refusal: ConnectorError | null = null
    if (wanted.has(mainTenantKey)) refusal = yield* listMain(context, session, known, outcome)
    const servers = chooseServers(wanted, known, outcome.problems)
    for (let start = 0; start < servers.length; start += context.settings.tenantsPerQuery) {
      const batch = servers.slice(start, start + context.settings.tenantsPerQuery)
      refusal = (yield* listBatch(context, session, batch, outcome)) ?? refusal
    }
    if (outcome.complete.size === 0 && refusal !== null) throw refusal
    const failed = [...outcome.problems].map(([tenantKey, message]) => ({ tenantKey, message }))
    yield { kind: 'end', complete: [...outcome.complete], failed }
  } finally {
    await session.end()
  }
}

/** The virtual servers that are to be listed; one that is switched off is neither listed nor reported. */
function chooseServers(wanted: ReadonlySet<string>, known: readonly VirtualServer[], problems: Problems): Server[] {
  const byKey = new Map(known.map((server) => [server.KLVSRV_UID, server]))
  const servers: Server[] = []
  for (const tenantKey of wanted) {
    if (tenantKey === mainTenantKey) continue
    const server = byKey.get(tenantKey)
    if (server === undefined) problems.set(tenantKey, 'This virtual server is no longer on the Administration Server.')
    else if (server.KLVSRV_ID === null)
      problems.set(tenantKey, 'The server gives no KLVSRV_ID for this virtual server.')
    else if (server.KLVSRV_ENABLED !== false) servers.push({ id: server.KLVSRV_ID, tenantKey })
  }
  return servers
}

type Listing = AsyncGenerator<ComputerPage, ConnectorError | null>

/** Lists several virtual servers by one query, or one by one when the server cannot answer that. Gives the last refusal. */
async function* listBatch(context: KscContext, session: Session, batch: readonly Server[], outcome: Outcome): Listing {
  const reading: Reading = { given: new Set(), unreadable: new Map() }
  const refusal = yield* listServers(context, session, batch, reading, outcome)
  if (refusal === null || batch.length === 1) return refusal
  const fields = { virtualServers: batch.length, error: refusal.message }
  context.log.warn(fields, 'several virtual servers could not be listed together, listing them one by one')
  let last: ConnectorError | null = null
  for (const server of batch) last = (yield* listServers(context, session, [server], reading, outcome)) ?? last
  return last
}

async function* listServers(
  context: KscContext,
  session: Session,
  servers: readonly Server[],
  reading: Reading,
  outcome: Outcome,
): Listing {
  const keysById = new Map(servers.map(({ id, tenantKey }) => [id, tenantKey]))
  const conditions = servers.map(({ id }) => `(KLVSRV_ID=${id})`).join('')
  const filter = `(&${servers.length === 1 ? conditions : `(|${conditions})`}${managedFilter})`
  const tenantOf = (host: Host) => {
    const key = host.KLVSRV_ID === null ? undefined : keysById.get(host.KLVSRV_ID)
    if (key !== undefined) return key
    throw strayHost(host, `the virtual servers ${servers.map(({ id }) => id).join(', ')}`)
  }
  const keys = servers.map(({ tenantKey }) => tenantKey)
  return yield* listTenants(context, session, keys, { filter, ownOnly: false }, tenantOf, reading, outcome)
}

/** Lists the main server's own computers; those of virtual servers that come with them are dropped. */
function listMain(context: KscContext, session: Session, known: readonly VirtualServer[], outcome: Outcome): Listing {
  const virtual = new Set(known.map((server) => server.KLVSRV_ID))
  const tenantOf = (host: Host) => {
    if (host.KLVSRV_ID === null || host.KLVSRV_ID === 0) return mainTenantKey
    if (virtual.has(host.KLVSRV_ID)) return null
    throw strayHost(host, 'the main server')
  }
  const reading: Reading = { given: new Set(), unreadable: new Map() }
  const query = { filter: managedFilter, ownOnly: true }
  return listTenants(context, session, [mainTenantKey], query, tenantOf, reading, outcome)
}

/** Gives null when the list came to its end, and the refusal when it did not. */
async function* listTenants(
  context: KscContext,
  session: Session,
  tenantKeys: readonly string[],
  query: HostQuery,
  tenantOf: (host: Host) => string | null,
  reading: Reading,
  outcome: Outcome,
): Listing {
  try {
    for await (const hosts of listHosts(context, session, query, reading.given)) {
      yield toPage(hosts, tenantOf, reading.unreadable)
    }
  } catch (error) {
    if (!isRefusal(error)) throw error
    for (const key of tenantKeys) outcome.problems.set(key, error.message)
    return error
  }
  for (const key of tenantKeys) {
    const problem = reading.unreadable.get(key)
    if (problem !== undefined) outcome.problems.set(key, problem)
    else {
      outcome.problems.delete(key)
      outcome.complete.add(key)
    }
  }
  return null
}

function toPage(hosts: readonly Host[], tenantOf: (host: Host) => string | null, unreadable: Problems): ComputerPage {
  const computers: ComputerSeen[] = []
  for (const host of hosts) {
    const tenantKey = tenantOf(host)
    if (tenantKey === null || !isManaged(host)) continue
    const { value, problem } = hostToComputer(host, tenantKey)
    if (value !== null) computers.push(value)
    else unreadable.set(tenantKey, problem)
  }
  return { kind: 'computers', computers }
}

/** A failure of this list alone, not of the connection. */
function isRefusal(error: unknown): error is ConnectorError {
  return error instanceof PxgError || error instanceof ListLostError || error instanceof StrayHostError
}

/** A computer of another virtual server than those asked for: whose it is would be a guess. */
class StrayHostError extends ConnectorError {
  constructor(message: string) {
    super('later', 'bad-reply', message)
    this.name = 'StrayHostError'
  }
}

function strayHost(host: Host, asked: string): StrayHostError {
  const of = host.KLVSRV_ID === null ? 'without a virtual server' : `of the virtual server ${host.KLVSRV_ID}`
  return new StrayHostError(`The server lists a computer ${of} (“${host.KLHST_WKS_DN}”) when asked for ${asked}.`)
}
