import { ConnectorError } from '../connectors/failure.ts'
import type { Deps } from './deps.ts'
import type { OpenPsa } from './open-connection.ts'

/** Where a desk sends its hints. */
function hintAddress(publicUrl: URL, psaId: number): string {
  return new URL(`/api/v1/psas/${psaId}/hint`, publicUrl).href
}

/**
 * Has the desk send its hints where the settings ask for it. A desk that will not is said and does no harm: its changes
 * are read in turn all the same.
 */
export async function registerHints(deps: Deps, open: OpenPsa): Promise<{ hints?: string }> {
  const { hints } = open.connector
  if (hints === undefined || !hints.areWanted(open.settings)) return {}
  if (deps.publicUrl === undefined || deps.publicUrl === null) {
    return { hints: 'Set TOCSIN_PUBLIC_URL to the address at which the desk reaches Tocsin.' }
  }
  try {
    await hints.register(open.context, hintAddress(deps.publicUrl, open.id))
    return { hints: 'registered' }
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    deps.log.warn({ psa: open.name, message: error.message }, 'hints could not be registered')
    return { hints: error.message }
  }
}
