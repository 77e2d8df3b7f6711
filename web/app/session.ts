import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { call, setCsrf } from '../api/call.ts'
import { showSession } from '../api/generated/sdk.gen.ts'
import type { ShowSessionResponse } from '../api/generated/types.gen.ts'

export type Session = ShowSessionResponse
export type Role = 'administrator' | 'operator' | 'read-only'

/** Who is signed in, and whether anybody can be yet. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async (): Promise<Session> => {
    const session = await call(showSession())
    setCsrf(session.csrf)
    return session
  },
  staleTime: 60_000,
})

export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data
}

const ranks: Readonly<Record<Role, number>> = { 'read-only': 0, operator: 1, administrator: 2 }

/** Whether the person may do what the role may; the server decides again, whatever the console shows. */
export function useMay(role: Role): boolean {
  const { person } = useSession()
  return person !== null && ranks[person.role] >= ranks[role]
}
