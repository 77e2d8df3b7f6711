import { z } from 'zod'
import type { Role } from '../core/role.ts'
import type { StoredOidc } from '../db/oidc.ts'

/** The settings of the provider by which people may sign in: as they are entered, shown and told in the audit log. */

/** Where the client's secret belongs, bound into its sealed form. */
export const oidcSecretPlace = 'oidc/client-secret'

const usualScopes = 'openid email profile'
const RoleName = z.enum(['read-only', 'operator', 'administrator'] satisfies readonly Role[])

/** Without TLS anybody on the way could be the provider, so plain http is for this machine alone. */
function isIssuer(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isThisMachine(url.hostname))
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host)
}

/** What `save-oidc` takes. */
export const OidcInput = z
  .strictObject({
    name: z.string().trim().min(1).max(100).describe('stands on the button of the sign-in page'),
    issuer: z
      .string()
      .trim()
      .max(1_000)
      .refine(isIssuer, 'Write the provider’s issuer address as it names it itself: https://…, without “?” and “#”.')
      .describe('its description is read from there (.well-known/openid-configuration)'),
    clientId: z.string().trim().min(1).max(500),
    clientSecret: z
      .string()
      .max(2_000)
      .nullish()
      .describe('null or absent keeps it for the same issuer; an empty text: a public client without one'),
    scopes: z
      .string()
      .trim()
      .max(500)
      .refine((text) => text.split(/\s+/).includes('openid'), 'The scope “openid” must be among them.')
      .default(usualScopes),
    caPem: z
      .string()
      .trim()
      .max(100_000)
      .refine(
        (text) => text === '' || text.includes('-----BEGIN CERTIFICATE-----'),
        'Paste the certificate as PEM text, beginning with -----BEGIN CERTIFICATE-----.',
      )
      .default('')
      .describe('PEM text of the provider’s certificate or its authority; empty: those that this machine trusts'),
    allowedDomains: z
      .array(
        z
          .string()
          .trim()
          .toLowerCase()
          .regex(/^(?!-)[\p{L}\p{N}.-]+\.[\p{L}\p{N}-]+$/u, 'Write it as example.com, without “@”.'),
      )
      .max(200)
      .default([])
      .describe('domains of e-mail addresses whose people may come without an invitation'),
    defaultRole: z
      .enum(['operator', 'read-only'])
      .nullable()
      .default(null)
      .describe('of people of these domains who come for the first time; null: the role map must name one'),
    roleClaim: z.string().trim().max(200).default('').describe('claim that lists groups or roles; empty: none'),
    roleMap: z
      .record(z.string().min(1).max(300), RoleName)
      .default({})
      .describe('value of that claim to role; the highest that fits counts, at each sign-in'),
    check: z.boolean().default(true).describe('false: save without asking the provider for its description first'),
  })
  .superRefine(({ roleClaim, roleMap, defaultRole, allowedDomains }, refinement) => {
    const complain = (path: string, message: string) => refinement.addIssue({ code: 'custom', path: [path], message })
    if (roleClaim === '' && Object.keys(roleMap).length > 0) {
      complain('roleClaim', 'Name the claim whose values the role map is about.')
    }
    if (defaultRole !== null && allowedDomains.length === 0) {
      complain('allowedDomains', 'Name the domains whose people get this role, or leave the role out.')
    }
  })

export type SaveOidc = z.infer<typeof OidcInput>

export type OidcSettingsView = Omit<StoredOidc, 'clientSecret'> & { readonly clientSecretSet: boolean }

export function oidcToView({ clientSecret, ...oidc }: StoredOidc): OidcSettingsView {
  return { ...oidc, clientSecretSet: clientSecret !== '' }
}
