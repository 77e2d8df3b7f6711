import type { PsaConnector, PsaOptions } from '../connectors/psa.ts'
import { loadPsa, type PsaRow } from '../db/psas.ts'
import type { Deps } from './deps.ts'
import { createGovernor } from './governor.ts'
import { type DeskSettings, noOptions, type OpenPsa, openGate, openPsa, openPsaWith } from './open-connection.ts'
import { connectionRefusal, notFound, RequestError } from './request-error.ts'

/** How long a person waits for a live answer of a vendor, in ms. */
const liveMs = 120_000

/** Ends a call that a person waits for when it takes too long. */
export function liveSignal(): AbortSignal {
  return AbortSignal.timeout(liveMs)
}

/** What a desk's connector is told beside its settings. */
export function deskSettingsOf(row: PsaRow): DeskSettings {
  return { options: (row.options as PsaOptions | null) ?? noOptions, generals: row.generals }
}

/** A stored desk. Throws `RequestError`. */
export async function mustLoadPsa(deps: Deps, id: number): Promise<PsaRow> {
  const row = await loadPsa(deps.pool, id)
  if (row === null) throw notFound('PSA', id)
  return row
}

/** The connector of a stored desk. Throws `RequestError` when this version does not have it. */
export function psaConnectorOf(deps: Pick<Deps, 'psas'>, row: { name: string; connector: string }): PsaConnector {
  const connector = deps.psas.get(row.connector)
  if (connector !== undefined) return connector
  const message = `“${row.name}” needs the connector ${row.connector}, which this version of Tocsin does not have.`
  throw new RequestError('connection-failed', message)
}

/**
 * Works with a stored desk live, inside its governor: what a person asks for counts against the same threads and the same
 * hour as tickets do. Throws `RequestError` (`connection-failed`, `connection-limited`).
 */
export async function withDesk<T>(deps: Deps, row: PsaRow, work: (open: OpenPsa) => Promise<T>): Promise<T> {
  try {
    const probe = openPsa(deps, row, deskSettingsOf(row), openGate, liveSignal())
    await probe.close()
    return await withDeskSettings(deps, row, probe.connector, probe.settings, work)
  } catch (error) {
    if (error instanceof RequestError) throw error
    throw connectionRefusal(error, 'connection-failed')
  }
}

/** The same with settings that need not be stored yet. Throws `ConnectorError`. */
export async function withDeskSettings<T>(
  deps: Deps,
  row: PsaRow,
  connector: PsaConnector,
  settings: unknown,
  work: (open: OpenPsa) => Promise<T>,
): Promise<T> {
  const {
    threadsPerEndpoint: threads,
    requestsPerHour: perHour,
    callTimeoutMs,
    longestCallMs,
  } = connector.facts(settings)
  const governor = createGovernor(deps, row.id, { threads, perHour, callTimeoutMs, longestCallMs })
  try {
    const desk = deskSettingsOf(row)
    const open = openPsaWith(deps, connector, row.id, row.name, settings, desk, governor, liveSignal())
    return await work(open).finally(() => open.close())
  } finally {
    await governor.stop()
  }
}
