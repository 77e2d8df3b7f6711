import { queryOptions } from '@tanstack/react-query'
import { call } from '../../api/call.ts'
import { previewHeld, showOptions } from '../../api/generated/sdk.gen.ts'

/** The fields of a desk with its live lists, as last read. */
export const optionsQuery = (psaId: number) =>
  queryOptions({
    queryKey: ['options', psaId],
    queryFn: () => call(showOptions({ path: { id: psaId } })),
    staleTime: 60_000,
  })

/** What is wrong already and has no ticket, although its rule is on. */
export const heldQuery = (integrationId: number) =>
  queryOptions({
    queryKey: ['held', integrationId],
    queryFn: () => call(previewHeld({ path: { id: integrationId } })),
  })
