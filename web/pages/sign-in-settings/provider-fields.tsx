import { PasswordInput, Stack, Textarea, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { ProviderDraft } from './provider-draft.ts'

export type FieldsProps = {
  readonly draft: ProviderDraft
  readonly set: (change: Partial<ProviderDraft>) => void
  /** Messages by field. */
  readonly errors: Readonly<Record<string, string>>
}

/** Where the provider is, and what it knows us by. */
export function ProviderFields({ draft, set, errors, secretSet }: FieldsProps & { secretSet: boolean }): ReactNode {
  const { t } = useTranslation()
  return (
    <Stack gap="sm">
      <TextInput
        label={t('oidcSettings.name')}
        description={t('oidcSettings.nameHelp')}
        required
        value={draft.name}
        error={errors.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <TextInput
        label={t('oidcSettings.issuer')}
        description={t('oidcSettings.issuerHelp')}
        placeholder="https://login.example.com/realms/acme"
        required
        inputMode="url"
        value={draft.issuer}
        error={errors.issuer}
        onChange={(event) => set({ issuer: event.currentTarget.value })}
      />
      <TextInput
        label={t('oidcSettings.clientId')}
        required
        autoComplete="off"
        value={draft.clientId}
        error={errors.clientId}
        onChange={(event) => set({ clientId: event.currentTarget.value })}
      />
      <PasswordInput
        label={t('oidcSettings.clientSecret')}
        description={t(secretSet ? 'oidcSettings.secretSet' : 'oidcSettings.secretHelp')}
        autoComplete="off"
        value={draft.clientSecret}
        error={errors.clientSecret}
        onChange={(event) => set({ clientSecret: event.currentTarget.value })}
        visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
      />
      <TextInput
        label={t('oidcSettings.scopes')}
        description={t('oidcSettings.scopesHelp')}
        value={draft.scopes}
        error={errors.scopes}
        onChange={(event) => set({ scopes: event.currentTarget.value })}
      />
      <Textarea
        label={t('oidcSettings.caPem')}
        description={t('oidcSettings.caPemHelp')}
        autosize
        minRows={2}
        maxRows={8}
        value={draft.caPem}
        error={errors.caPem}
        onChange={(event) => set({ caPem: event.currentTarget.value })}
      />
    </Stack>
  )
}
