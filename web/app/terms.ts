import { queryOptions, useQuery } from '@tanstack/react-query'
import { call } from '../api/call.ts'
import { listConnectors, listPsas } from '../api/generated/sdk.gen.ts'
import { useCurrentIntegration } from './current-integration.ts'

/** The desk's own words for what the screens name. */
export type Terms = {
  readonly ticket: string
  readonly Ticket: string
  readonly tickets: string
  readonly Tickets: string
  readonly account: string
  readonly Account: string
  readonly accounts: string
  readonly Accounts: string
  readonly ticketing: string
}

const connectorsQuery = queryOptions({
  queryKey: ['connectors'],
  queryFn: () => call(listConnectors()),
  staleTime: Number.POSITIVE_INFINITY,
})

const psasQuery = queryOptions({ queryKey: ['psas'], queryFn: () => call(listPsas()) })

const plain: Terms = {
  ticket: 'ticket',
  Ticket: 'Ticket',
  tickets: 'tickets',
  Tickets: 'Tickets',
  account: 'account',
  Account: 'Account',
  accounts: 'accounts',
  Accounts: 'Accounts',
  ticketing: 'Ticketing',
}

/** Terms of the current integration's desk; plain ones when there is none yet, null while they are read. */
export function useTerms(): Terms | null {
  const connectors = useQuery(connectorsQuery)
  const psas = useQuery(psasQuery)
  const { current, isPending } = useCurrentIntegration()
  if (isPending || connectors.isPending || psas.isPending) return null
  const psa = psas.data?.find(({ id }) => id === current?.psaId)
  const terms = connectors.data?.psas.find(({ id }) => id === psa?.connector)?.terms
  return terms === undefined
    ? plain
    : {
        ...terms,
        Ticket: capital(terms.ticket),
        Tickets: capital(terms.tickets),
        Account: capital(terms.account),
        Accounts: capital(terms.accounts),
      }
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
