import { z } from 'zod'
import { Id, listOf, Moment, named } from './common.ts'

/** Views of the table of mappings. */
export const MappingView = z
  .enum(['in', 'mapped', 'not-mapped', 'vanished', 'left-out'])
  .describe('in: all of the integration; left-out: removed from it, or mapped in another')

const OtherTenant = z.object({ id: Id, name: z.string() })
const KnownAccount = z.object({ id: z.string(), name: z.string(), number: z.string() })

const knownAccounts = {
  readAt: Moment.nullable().describe('when the accounts were last read from the desk'),
  problem: z.string().nullable().describe('why they could not be read just now; those read before stand'),
}

export const MappingList = named(
  'MappingList',
  z.object({
    items: listOf(
      z.object({
        tenantId: Id,
        key: z.string(),
        name: z.string(),
        enabled: z.boolean().describe('false while the source says that it is switched off'),
        failingSince: Moment.nullable(),
        failingMessage: z.string().nullable(),
        vanishedAt: Moment.nullable(),
        account: z
          .object({
            id: z.string(),
            name: z.string(),
            number: z.string().nullable(),
            isActive: z.boolean().nullable().describe('false: the desk does not list it any more; null: not known'),
          })
          .nullable(),
        mappedElsewhere: z.string().nullable().describe('name of the other integration in which it is mapped'),
        leftOut: z.boolean(),
        conditions: z.int(),
        openTickets: z.int().describe('tickets that are not done'),
        unsentTickets: z
          .int()
          .describe('of these, how many no desk was told of: they are given up when the mapping ends'),
      }),
    ),
    next: z.int().nullable().describe('cursor of the page after this one; null at the end'),
    counts: z.object({
      in: z.int(),
      mapped: z.int(),
      'not-mapped': z.int(),
      vanished: z.int(),
      'left-out': z.int(),
    }),
  }),
)

export const MappingSuggestions = named(
  'MappingSuggestions',
  z.object({
    ...knownAccounts,
    tenants: z.int().describe('tenants that are not mapped'),
    suggestions: listOf(
      z.object({
        tenantId: Id,
        tenantName: z.string(),
        account: KnownAccount,
        likeness: z.enum(['same', 'similar']),
        sure: z.boolean().describe('the same name, and nothing else fits as well; no two of these share an account'),
        otherAccounts: listOf(KnownAccount).describe('that fit as well, or nearly'),
        otherTenants: listOf(OtherTenant).describe('that this account was suggested to as well'),
      }),
    ),
  }),
)

const mostRows = 5_000

export const MapTenants = z.strictObject({
  rows: z
    .array(z.strictObject({ tenantId: Id, accountId: z.string().min(1).max(100) }))
    .min(1)
    .max(mostRows),
})

export const TenantIds = z.strictObject({ tenantIds: z.array(Id).min(1).max(mostRows) })

export const TenantsMapped = named(
  'TenantsMapped',
  z.object({
    mapped: z.int(),
    rows: listOf(
      z.object({
        tenantId: Id,
        accountId: z.string(),
        accountName: z.string().nullable(),
        outcome: z.enum(['mapped', 'unchanged', 'refused']),
        message: z.string().nullable().describe('why it was refused, and what to do'),
        openTickets: z.int(),
      }),
    ),
  }),
)

export const TenantsRemoved = named(
  'TenantsRemoved',
  z.object({
    removed: z.int(),
    unmapped: z.int(),
    openTickets: z.int().describe('of the tenants that were mapped; they stay and are closed as before'),
    unsentTickets: z.int().describe('of these, those given up because no desk was told of them'),
  }),
)

export const FoundAccounts = named(
  'FoundAccounts',
  z.object({
    ...knownAccounts,
    items: listOf(
      z.object({
        id: z.string(),
        name: z.string(),
        number: z.string(),
        tenants: listOf(z.object({ id: Id, name: z.string(), integrationId: Id })).describe('mapped to this account'),
      }),
    ),
    next: z.int().nullable(),
    total: z.int(),
    withoutTenant: z.int(),
  }),
)
