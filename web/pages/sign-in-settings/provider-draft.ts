import type { OidcSettings, SaveOidcData } from '../../api/generated/types.gen.ts'
import type { Role } from '../../app/session.ts'

/** What is being entered; rows of the role map in their order, so that one may be half written. */
export type ProviderDraft = {
  readonly name: string
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly scopes: string
  readonly caPem: string
  readonly allowedDomains: readonly string[]
  readonly defaultRole: 'operator' | 'read-only' | null
  readonly roleClaim: string
  readonly roleMap: readonly { readonly value: string; readonly role: Role }[]
}

const nothing: ProviderDraft = {
  name: '',
  issuer: '',
  clientId: '',
  clientSecret: '',
  scopes: 'openid email profile',
  caPem: '',
  allowedDomains: [],
  defaultRole: null,
  roleClaim: '',
  roleMap: [],
}

export function draftOf(provider: OidcSettings['provider']): ProviderDraft {
  if (provider === null) return nothing
  const { clientSecretSet: _, roleMap, ...kept } = provider
  return { ...kept, clientSecret: '', roleMap: Object.entries(roleMap).map(([value, role]) => ({ value, role })) }
}

/** An empty secret keeps the one that is stored. Rows without a value are left out. */
export function inputOf({ clientSecret, roleMap, ...draft }: ProviderDraft, check: boolean): SaveOidcData['body'] {
  const rows = roleMap.filter(({ value }) => value.trim() !== '')
  return {
    ...draft,
    allowedDomains: [...draft.allowedDomains],
    clientSecret: clientSecret === '' ? null : clientSecret,
    roleMap: Object.fromEntries(rows.map(({ value, role }) => [value.trim(), role])),
    check,
  }
}

/** How many settings are other than they were. */
export function changesOf(draft: ProviderDraft, first: ProviderDraft): number {
  const keys = Object.keys(draft) as (keyof ProviderDraft)[]
  return keys.filter((key) => JSON.stringify(draft[key]) !== JSON.stringify(first[key])).length
}
