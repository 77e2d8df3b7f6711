import type { CheckReport } from '../../source.ts'
import { readNewestEventId } from './event-view.ts'
import { countHosts, type HostQuery, managedFilter } from './host-list.ts'
import { ListLostError, PxgError } from './reply-failure.ts'
import { type KscContext, type Session, startSession } from './session.ts'
import type { Settings } from './settings.ts'
import { readAllVirtualServers, readServerFacts } from './virtual-servers.ts'
import type { VirtualServer } from './wire.ts'

type Facts = CheckReport['facts'][number][]
type Problems = CheckReport['problems'][number][]

/** The right that each reading needs (Kaspersky Security Center help, "Access rights to application features"). */
const rights = {
  facts: 'Give the account a role with the right “Basic functionality: Read” on the Administration Server.',
  virtualServers:
    'Give the account a role with the rights “Virtual Administration Servers: Read” and “Basic functionality: Read” on the main Administration Server.',
  computers:
    'Give the account a role with the right “Basic functionality: Read” on the group “Managed devices”, in force on the virtual servers too.',
  events:
    'Give the account a role with the right “Basic functionality: Read” on the Administration Server, in force on the virtual servers too, so that it may see their events.',
} as const

/**
 * Logs on and tries each thing that is read later. What the account may not read becomes a problem with the right that is
 * missing; a connection that fails as a whole throws `ConnectorError`.
 */
export async function check(context: KscContext): Promise<CheckReport> {
  const session = await startSession(context)
  const facts: Facts = []
  const problems: Problems = []
  let servers: readonly VirtualServer[] = []
  const attempt = async (what: string, right: string, read: () => Promise<void>) => {
    try {
      await read()
    } catch (error) {
      if (!isRefusal(error)) throw error
      problems.push({ title: `${what} cannot be read`, advice: adviceFor(error, right) })
    }
  }
  try {
    await attempt('Facts of the server', rights.facts, () => checkServer(session, facts, problems))
    facts.push({ title: 'Account', value: accountText(context.settings) })
    await attempt('Virtual servers', rights.virtualServers, async () => {
      servers = await readAllVirtualServers(session)
      facts.push({ title: 'Virtual servers', value: String(servers.length) })
    })
    await attempt('Computers', rights.computers, async () => {
      facts.push({ title: 'Managed computers', value: await countComputers(session, servers, problems) })
    })
    await attempt('Events', rights.events, async () => {
      facts.push({ title: 'Number of the newest event', value: String(await readNewestEventId(session)) })
    })
    return { facts, problems }
  } finally {
    await session.end()
  }
}

async function checkServer(session: Session, facts: Facts, problems: Problems): Promise<void> {
  const server = await readServerFacts(session)
  const version = server.KLADMSRV_PRODUCT_FULL_VERSION || server.KLADMSRV_PRODUCT_VERSION
  facts.push(
    { title: 'Server', value: server.KLADMSRV_SERVER_HOSTNAME || 'unknown' },
    { title: 'Product', value: server.KLADMSRV_PRODUCT_NAME || 'Kaspersky Security Center' },
    { title: 'Version', value: version || 'unknown' },
  )
  if (server.KLADMSRV_IS_VIRTUAL === true) {
    problems.push({
      title: 'The account belongs to a virtual server',
      advice:
        'Only the computers of that virtual server are seen. Use an account of the main Administration Server to read all clients.',
    })
  }
}

function accountText({ user, domain, internalUser }: Settings): string {
  if (internalUser) return `${user} (internal user)`
  return domain === '' ? user : `${domain}\\${user}`
}

/**
 * How many computers are managed. When the server cannot count all at once, each server is counted alone: those that do not
 * answer become problems, the others are summed up. Throws the first refusal when none can be counted.
 */
async function countComputers(
  session: Session,
  servers: readonly VirtualServer[],
  problems: Problems,
): Promise<string> {
  try {
    return String(await countHosts(session, { filter: managedFilter, ownOnly: false }))
  } catch (error) {
    if (!isRefusal(error)) throw error
    const listed = servers.filter(({ KLVSRV_ID: id, KLVSRV_ENABLED: enabled }) => id !== null && enabled !== false)
    const silent: Problems = []
    let sum = 0
    const count = async (name: string, query: HostQuery) => {
      try {
        sum += await countHosts(session, query)
      } catch (failure) {
        if (!isRefusal(failure)) throw failure
        silent.push({ title: `Computers of ${name} cannot be read`, advice: adviceFor(failure, rights.computers) })
      }
    }
    await count('the main server', { filter: managedFilter, ownOnly: true })
    for (const { KLVSRV_ID: id, KLVSRV_DN: name } of listed) {
      await count(`the virtual server “${name || id}”`, {
        filter: `(&(KLVSRV_ID=${id})${managedFilter})`,
        ownOnly: false,
      })
    }
    if (silent.length === listed.length + 1) throw error
    problems.push(...silent)
    return silent.length === 0 ? String(sum) : `${sum} without ${silent.length} of ${listed.length + 1} servers`
  }
}

/** A failure of this reading alone, not of the connection. */
function isRefusal(error: unknown): error is PxgError | ListLostError {
  return error instanceof PxgError || error instanceof ListLostError
}

function adviceFor(error: PxgError | ListLostError, right: string): string {
  return error instanceof PxgError && error.reason === 'missing-right' ? `${right} (${error.said})` : error.message
}
