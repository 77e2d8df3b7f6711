import { useQueryClient } from '@tanstack/react-query'
import { call } from '../../api/call.ts'
import { listMappings } from '../../api/generated/sdk.gen.ts'
import type { MappingList } from '../../api/generated/types.gen.ts'
import { type Paged, usePaged } from '../../api/paged.ts'

export const mappingViews = ['in', 'mapped', 'not-mapped', 'vanished', 'left-out'] as const
export type MappingView = (typeof mappingViews)[number]
export type MappingRow = MappingList['items'][number]

/** The tenants of an integration in one of the views. */
export function useMappings(id: number, view: MappingView, search: string | undefined): Paged<MappingRow, MappingList> {
  return usePaged<MappingRow, MappingList>(['mappings', id, view, search], (cursor) =>
    call(
      listMappings({
        path: { id },
        query: { limit: 100, view, ...(cursor !== undefined && { cursor }), ...(search !== undefined && { search }) },
      }),
    ),
  )
}

/** Reads again what a change of mappings may have changed. */
export function useMappingsChanged(): () => Promise<void> {
  const queries = useQueryClient()
  return async () => {
    const keys = ['mappings', 'mapping-suggestions', 'accounts', 'tenants', 'held', 'integrations', 'setup']
    await Promise.all(keys.map((key) => queries.invalidateQueries({ queryKey: [key] })))
  }
}
