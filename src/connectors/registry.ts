import { autotask } from './psa/autotask/index.ts'
import { connectwise } from './psa/connectwise/index.ts'
import { tigerpaw } from './psa/tigerpaw/index.ts'
import type { PsaConnector } from './psa.ts'
import type { SourceConnector } from './source.ts'
import { kasperskyHub } from './sources/kaspersky-hub/index.ts'
import { ksc } from './sources/ksc/index.ts'

/** All connectors, one line each; the folder's name is the id. */

export const sourceConnectors: ReadonlyMap<string, SourceConnector> = byId([
  ksc as SourceConnector,
  kasperskyHub as SourceConnector,
])

export const psaConnectors: ReadonlyMap<string, PsaConnector> = byId([
  autotask as PsaConnector,
  connectwise as PsaConnector,
  tigerpaw as PsaConnector,
])

function byId<T extends { readonly id: string }>(connectors: readonly T[]): ReadonlyMap<string, T> {
  return new Map(connectors.map((connector) => [connector.id, connector]))
}
