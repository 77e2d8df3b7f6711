import { queryOptions } from '@tanstack/react-query'
import { call } from '../../api/call.ts'
import {
  checkPsa,
  checkSource,
  createPsa,
  createSource,
  deletePsa,
  deleteSource,
  listConnectors,
  listPsas,
  listSources,
  showStatus,
  updatePsa,
  updateSource,
} from '../../api/generated/sdk.gen.ts'
import type { Connection, ConnectorList } from '../../api/generated/types.gen.ts'

/** Sources and desks are connected, tried and deleted alike; here is what differs. */

export type ConnectionKind = 'source' | 'psa'
type Settings = Record<string, string | number | boolean | null>
/** `pushed`: a security product that is never asked, and has screens of its own for what it sends. */
export type Connector = Pick<ConnectorList['sources'][number], 'id' | 'name' | 'settings'> & {
  readonly pushed?: boolean
}

export const isKind = (text: string): text is ConnectionKind => text === 'source' || text === 'psa'

/** Made by the drill itself, and of no use by hand. */
const drills = 'tocsin-drill'
/** Tocsin as its own source. */
const itself = 'tocsin'

/** Whether it is a source of Tocsin's own, with nothing to enter or to reach. */
export const isOwn = (connector: string) => connector === itself || connector === drills

export const connectorsQuery = queryOptions({
  queryKey: ['connectors'],
  queryFn: () => call(listConnectors()),
  staleTime: Number.POSITIVE_INFINITY,
})

export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: () => call(showStatus()),
  refetchInterval: 5_000,
})

export const connectionsQuery = (kind: ConnectionKind) =>
  queryOptions({
    queryKey: [kind === 'source' ? 'sources' : 'psas'],
    queryFn: async (): Promise<Connection[]> => await call(kind === 'source' ? listSources() : listPsas()),
  })

/** Those that a person may connect, vendors first. */
export function connectorsOf(kind: ConnectionKind, all: ConnectorList): readonly Connector[] {
  const offered: readonly Connector[] = kind === 'source' ? all.sources : all.psas
  return offered.filter(({ id }) => id !== drills).sort((a, b) => Number(isOwn(a.id)) - Number(isOwn(b.id)))
}

export const connectorNamed = (kind: ConnectionKind, all: ConnectorList, id: string): Connector | undefined =>
  (kind === 'source' ? all.sources : all.psas).find((connector) => connector.id === id)

export const create = (
  kind: ConnectionKind,
  body: { connector: string; name: string; settings: Settings; check: boolean },
) => call(kind === 'source' ? createSource({ body }) : createPsa({ body }))

export const update = (
  kind: ConnectionKind,
  id: number,
  body: { name?: string; settings?: Settings; check: boolean },
) => call(kind === 'source' ? updateSource({ path: { id }, body }) : updatePsa({ path: { id }, body }))

export const tryOut = (kind: ConnectionKind, body: { id?: number; connector?: string; settings?: Settings }) =>
  call(kind === 'source' ? checkSource({ body }) : checkPsa({ body }))

export const remove = (kind: ConnectionKind, id: number) =>
  call(kind === 'source' ? deleteSource({ path: { id } }) : deletePsa({ path: { id } }))
