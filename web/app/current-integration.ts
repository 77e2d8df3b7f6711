import { queryOptions, useQuery } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { call } from '../api/call.ts'
import { listIntegrations } from '../api/generated/sdk.gen.ts'
import type { ListIntegrationsResponse } from '../api/generated/types.gen.ts'

export type Integration = ListIntegrationsResponse[number]

const integrationsQuery = queryOptions({
  queryKey: ['integrations'],
  queryFn: async () => await call(listIntegrations()),
})

const keptAs = 'tocsin-integration'
const listeners = new Set<() => void>()

/** Which integration the screens show; each browser keeps its own choice. */
export function chooseIntegration(id: number): void {
  localStorage.setItem(keptAs, String(id))
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export type CurrentIntegration = {
  readonly all: readonly Integration[]
  /** Null while they are read, and when there is none. */
  readonly current: Integration | null
  readonly isPending: boolean
  readonly error: Error | null
}

/** Pairings of Tocsin itself (alarms, drills) are shown when somebody asks for them. */
const isOfVendor = ({ sourceConnector }: Integration) => !sourceConnector.startsWith('tocsin')

export function useCurrentIntegration(): CurrentIntegration {
  const { data = [], isPending, error } = useQuery(integrationsQuery)
  const kept = useSyncExternalStore(subscribe, () => localStorage.getItem(keptAs))
  const current = data.find(({ id }) => String(id) === kept) ?? data.find(isOfVendor) ?? data[0] ?? null
  return { all: data, current, isPending, error }
}
