import { ConnectorError, errorToFailure } from '../connectors/failure.ts'
import type { PsaOptions } from '../connectors/psa.ts'
import { holdPsa, loadPsas, type PsaRow } from '../db/psas.ts'
import type { Deps } from './deps.ts'
import { createGovernor } from './governor.ts'
import { noOptions, openGate, openPsa } from './open-connection.ts'
import { createTender, type Tender } from './tend-tickets.ts'

/** A desk that this process tends. */
export type OpenDesk = {
  readonly psaId: number
  /** Changes whenever the desk must be opened anew: its settings, its lists, the integrations that use it. */
  readonly fingerprint: string
  readonly tender: Tender
  close(): Promise<void>
}

const lookEveryMs = 1_000
/** Tickets tended at once at a desk whose vendor sets no limit. */
const runnersWithoutLimit = 64
/** How long a desk that cannot be opened is held before it is tried again, in ms. */
const unopenableMs = 60_000

/** Opens desks that are new or have changed, keeps the others; a desk that cannot be opened is held and shows why. */
export async function openDesks(deps: Deps, open: ReadonlyMap<number, OpenDesk>): Promise<Map<number, OpenDesk>> {
  const desks = new Map<number, OpenDesk>()
  for (const row of await loadPsas(deps.pool)) {
    const known = open.get(row.id)
    const desk = known?.fingerprint === fingerprintOf(row) ? known : await openOrHold(deps, row)
    if (desk !== null) desks.set(row.id, desk)
  }
  return desks
}

async function openOrHold(deps: Deps, row: PsaRow): Promise<OpenDesk | null> {
  try {
    return openDesk(deps, row)
  } catch (error) {
    if (!(error instanceof ConnectorError)) deps.log.error({ psa: row.name, err: error }, 'desk cannot be opened')
    const until = new Date(deps.clock.now().getTime() + unopenableMs)
    await holdPsa(deps.pool, row.id, until, errorToFailure(error))
    return null
  }
}

function openDesk(deps: Deps, row: PsaRow): OpenDesk {
  const options = (row.options as PsaOptions | null) ?? noOptions
  const stop = new AbortController()
  const psa = openPsa(deps, row, { options, generals: row.generals }, openGate, stop.signal)
  const facts = psa.connector.facts(psa.settings)
  const { threadsPerEndpoint: threads, requestsPerHour: perHour, callTimeoutMs, longestCallMs, searchLagMs } = facts
  const governor = createGovernor(deps, row.id, { threads, perHour, callTimeoutMs, longestCallMs })
  // No call begins in the second half of a lease, and one that begins just before it ends within it.
  const leaseMs = 2 * callTimeoutMs + 20_000
  const settleMs = leaseMs / 2 + Math.max(callTimeoutMs, longestCallMs) + searchLagMs
  const { connector, context } = psa
  const desk = { psaId: row.id, name: row.name, connector, context, governor, leaseMs, settleMs }
  // One more runner than threads keeps every thread busy while a result is being stored.
  const runners = threads === 0 ? runnersWithoutLimit : threads + 1
  return {
    psaId: row.id,
    fingerprint: fingerprintOf(row),
    tender: createTender(deps, desk, { runners, lookEveryMs }),
    async close() {
      stop.abort()
      await governor.stop()
      await psa.close()
    },
  }
}

function fingerprintOf(row: PsaRow): string {
  return [row.updatedAt.toISOString(), row.optionsChangedAt?.toISOString() ?? '', JSON.stringify(row.generals)].join(
    ' ',
  )
}
