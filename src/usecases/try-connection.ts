import type { PsaConnector } from '../connectors/psa.ts'
import type { CheckReport, SourceConnector } from '../connectors/source.ts'
import type { PsaRow } from '../db/psas.ts'
import type { Deps } from './deps.ts'
import { noOptions, openGate, openPsaWith, openSourceWith } from './open-connection.ts'
import { connectionRefusal } from './request-error.ts'
import { liveSignal, withDeskSettings } from './with-desk.ts'

/** Tries a source's settings live. Throws `RequestError` (`check-failed`) when the connection itself fails. */
export async function trySource(
  deps: Deps,
  connector: SourceConnector,
  id: number,
  name: string,
  settings: unknown,
): Promise<CheckReport> {
  try {
    const open = openSourceWith(deps, connector, id, name, settings, liveSignal())
    return await open.connector.check(open.context).finally(() => open.close())
  } catch (error) {
    throw connectionRefusal(error, 'check-failed')
  }
}

/** Tries a desk's settings live; a stored one (`row`) inside its governor. Throws `RequestError` (`check-failed`). */
export async function tryPsa(
  deps: Deps,
  connector: PsaConnector,
  row: PsaRow | null,
  name: string,
  settings: unknown,
): Promise<CheckReport> {
  try {
    if (row !== null) {
      return await withDeskSettings(deps, row, connector, settings, (open) => open.connector.check(open.context))
    }
    const desk = { options: noOptions, generals: [] }
    const open = openPsaWith(deps, connector, 0, name, settings, desk, openGate, liveSignal())
    return await open.connector.check(open.context).finally(() => open.close())
  } catch (error) {
    throw connectionRefusal(error, 'check-failed')
  }
}
