import { ConnectorError } from '../connectors/failure.ts'
import { loadPsas } from '../db/psas.ts'
import { SecretBoxError } from '../lib/secret-box.ts'
import type { Deps } from './deps.ts'
import { readSettings } from './open-connection.ts'

/** Gives the address of a ticket at its desk; empty when the desk's settings cannot be read or name none. */
export async function loadDeskLinks(deps: Deps): Promise<(psaId: number, deskTicketId: string | null) => string> {
  const desks = new Map<number, (ticketId: string) => string>()
  for (const row of await loadPsas(deps.pool)) {
    const connector = deps.psas.get(row.connector)
    if (connector === undefined) continue
    try {
      const facts = connector.facts(readSettings(deps, 'psas', row, connector.settings))
      desks.set(row.id, (ticketId) => facts.ticketLink(ticketId))
    } catch (error) {
      // A list of tickets stays readable while a desk waits for its secrets; show-status says what is wrong with it.
      if (!(error instanceof ConnectorError) && !(error instanceof SecretBoxError)) throw error
    }
  }
  return (psaId, ticketId) => (ticketId === null ? '' : (desks.get(psaId)?.(ticketId) ?? ''))
}
