import { ConnectorError } from '../connectors/failure.ts'
import type { PushedSource, PushRules } from '../connectors/source.ts'
import { loadSource } from '../db/sources.ts'
import type { Deps } from './deps.ts'
import { readSettings } from './open-connection.ts'
import { notFound, RequestError } from './request-error.ts'

/** A stored source that sends by itself, with its settings as they are now. */
export type OpenPushed = {
  readonly id: number
  readonly name: string
  readonly pushed: PushedSource
  readonly rules: PushRules
  readonly catalogue: NonNullable<ReturnType<Deps['sources']['get']>>['catalogue']
  readonly describeEvent: NonNullable<NonNullable<ReturnType<Deps['sources']['get']>>['describeEvent']>
}

/** Throws `RequestError` when there is no such source, or it is one that is asked and sends nothing by itself. */
export async function openPushed(deps: Deps, sourceId: number): Promise<OpenPushed> {
  const row = await loadSource(deps.pool, sourceId)
  if (row === null) throw notFound('source', sourceId)
  const connector = deps.sources.get(row.connector)
  if (connector?.pushed === undefined || connector.describeEvent === undefined) {
    throw new RequestError('invalid-input', `“${row.name}” is asked by Tocsin: nothing can be sent to it.`)
  }
  const { pushed, catalogue } = connector
  try {
    const rules = pushed.rules(readSettings(deps, 'sources', row, connector.settings))
    return { id: row.id, name: row.name, pushed, rules, catalogue, describeEvent: connector.describeEvent }
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    throw new RequestError('not-allowed', error.message, {}, { cause: error })
  }
}
