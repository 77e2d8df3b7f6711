import { z } from 'zod'
import { listOf, named } from './common.ts'

const RoleName = z.enum(['read-only', 'operator', 'administrator'])

const Provider = named(
  'OidcProvider',
  z.object({
    name: z.string(),
    issuer: z.string(),
    clientId: z.string(),
    clientSecretSet: z.boolean(),
    scopes: z.string(),
    caPem: z.string(),
    allowedDomains: listOf(z.string()),
    defaultRole: z.enum(['operator', 'read-only']).nullable(),
    roleClaim: z.string(),
    roleMap: z.record(z.string(), RoleName),
  }),
)

export const OidcSettings = named(
  'OidcSettings',
  z.object({
    provider: Provider.nullable(),
    redirectUrl: z.string().describe('to be registered at the provider, exactly so'),
  }),
)
