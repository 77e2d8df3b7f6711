import {
  conditionsByTenant,
  countMappings,
  findMappings,
  type MappingCounts,
  type MappingRow,
  type MappingView,
  ticketsByTenant,
} from '../db/mappings.ts'
import type { Deps } from './deps.ts'
import { containsPattern, type OffsetInput, offsetPage } from './paging.ts'
import { notFound } from './request-error.ts'

export type ListMappings = OffsetInput & {
  readonly integrationId: number
  /** Default: all tenants in the integration. */
  readonly view?: MappingView | undefined
  /** Part of the tenant's name, or of the account's name or number. */
  readonly search?: string | undefined
}

export type MappingOfTenant = Omit<MappingRow, 'accountId' | 'accountName' | 'accountNumber' | 'accountIsActive'> & {
  readonly account: {
    readonly id: string
    readonly name: string
    /** Null: not known. */
    readonly number: string | null
    /** False: the desk does not list it any more. Null: its accounts were not read yet. */
    readonly isActive: boolean | null
  } | null
  readonly conditions: number
  readonly openTickets: number
  readonly unsentTickets: number
}

export type MappingList = {
  readonly items: readonly MappingOfTenant[]
  readonly next: number | null
  /** Tenants in each view, whatever is searched for. */
  readonly counts: MappingCounts
}

/** The tenants of an integration with their accounts, by name. Throws `RequestError`. */
export async function listMappings(deps: Deps, input: ListMappings): Promise<MappingList> {
  const { integrationId, view = 'in', search, limit, cursor = 0 } = input
  const { pool } = deps
  const known = await deps.db.selectFrom('integrations').select('id').where('id', '=', integrationId).executeTakeFirst()
  if (known === undefined) throw notFound('integration', integrationId)
  const pattern = search === undefined ? null : containsPattern(search)
  const rows = await findMappings(pool, integrationId, { view, pattern, offset: cursor, limit: limit + 1 })
  const { items, next } = offsetPage(rows, input)
  const ids = items.map(({ tenantId }) => tenantId)
  const tickets = await ticketsByTenant(pool, ids)
  const conditions = await conditionsByTenant(pool, ids)
  return {
    items: items.map(({ accountId, accountName, accountNumber, accountIsActive, ...row }) => ({
      ...row,
      account:
        accountId === null
          ? null
          : { id: accountId, name: accountName ?? accountId, number: accountNumber, isActive: accountIsActive },
      conditions: conditions.get(row.tenantId) ?? 0,
      ...(tickets.get(row.tenantId) ?? { openTickets: 0, unsentTickets: 0 }),
    })),
    next,
    counts: await countMappings(pool, integrationId),
  }
}
