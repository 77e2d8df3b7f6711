import { queryOptions, useQuery } from '@tanstack/react-query'
import { call } from '../api/call.ts'
import { showSetup } from '../api/generated/sdk.gen.ts'
import { useMay } from './session.ts'

/** How far the set-up has come. */
export const setupQuery = queryOptions({
  queryKey: ['setup'],
  queryFn: () => call(showSetup()),
  staleTime: 30_000,
})

/** Whether the person can finish a set-up that is not done. */
export function useUnfinishedSetup(): boolean {
  const may = useMay('administrator')
  const { data } = useQuery({ ...setupQuery, enabled: may })
  return may && data !== undefined && data.next !== null
}
