import type { CheckReport } from '../../source.ts'
import { readNewestEventId } from './event-view.ts'
import { countHosts, managedFilter } from './host-list.ts'
import { ListLostError, PxgError, pxgCodes, readRightAdvice } from './reply-failure.ts'
import { type KscContext, type Session, startSession } from './session.ts'
import type { Settings } from './settings.ts'
import { readAllVirtualServers, readServerFacts } from './virtual-servers.ts'

/**
 * Logs on and tries each thing that is read later. What the account may not read becomes a problem with the right that is
 * missing; a connection that fails as a whole throws `ConnectorError`.
 */
export async function check(context: KscContext): Promise<CheckReport> {
  const session = await startSession(context)
  const facts: CheckReport['facts'][number][] = []
  const problems: CheckReport['problems'][number][] = []
  const attempt = async (what: string, read: () => Promise<void>) => {
    try {
      await read()
    } catch (error) {
      if (!(error instanceof PxgError || error instanceof ListLostError)) throw error
      problems.push({ title: `${what} cannot be read`, advice: adviceFor(error) })
    }
  }
  try {
    await attempt('Facts of the server', () => checkServer(session, facts, problems))
    facts.push({ title: 'Account', value: accountText(context.settings) })
    await attempt('Virtual servers', async () => {
      const servers = await readAllVirtualServers(session)
      facts.push({ title: 'Virtual servers', value: String(servers.length) })
    })
    await attempt('Computers', async () => {
      const count = await countHosts(session, { filter: managedFilter, ownOnly: false })
      facts.push({ title: 'Managed computers', value: String(count) })
    })
    await attempt('Events', async () => {
      facts.push({ title: 'Number of the newest event', value: String(await readNewestEventId(session)) })
    })
    return { facts, problems }
  } finally {
    await session.end()
  }
}

async function checkServer(
  session: Session,
  facts: CheckReport['facts'][number][],
  problems: CheckReport['problems'][number][],
): Promise<void> {
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

function adviceFor(error: PxgError | ListLostError): string {
  const missing =
    error instanceof PxgError && (error.pxgCode === pxgCodes.noAccess || error.pxgCode === pxgCodes.notPermitted)
  return missing ? `${readRightAdvice} ${error.message}` : error.message
}
