import { Text, UnstyledButton } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { mapTenant } from '../../api/generated/sdk.gen.ts'
import type { Integration } from '../../app/current-integration.ts'
import { useTerms } from '../../app/terms.ts'
import { AccountChoice } from './account-choice.tsx'
import classes from './accounts.module.css'
import { type MappingRow, useMappingsChanged } from './use-mappings.ts'

/** The account of one client: text, until it is entered and becomes a drop-down. */
export function AccountCell({
  integration,
  row,
  mayMap,
  isEditing,
  onEdit,
  onMapped,
}: {
  integration: Integration
  row: MappingRow
  mayMap: boolean
  isEditing: boolean
  onEdit(on: boolean): void
  onMapped(): void
}): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const changed = useMappingsChanged()
  const button = useRef<HTMLButtonElement>(null)
  const wasEditing = useRef(false)
  const { account, tenantId, name } = row
  const mapping = useMutation({
    mutationFn: (accountId: string) =>
      call(mapTenant({ path: { id: tenantId }, body: { integrationId: integration.id, accountId } })),
    onSuccess: async () => {
      onEdit(false)
      onMapped()
      await changed()
    },
  })

  // The keyboard goes on where it was when the drop-down closes.
  useEffect(() => {
    if (wasEditing.current && !isEditing) button.current?.focus()
    wasEditing.current = isEditing
  }, [isEditing])

  const words =
    account === null
      ? null
      : account.number === null || account.number === ''
        ? account.name
        : `${account.name} · ${account.number}`
  if (!mayMap) {
    return (
      <Text span size="sm" {...(words === null && { c: 'dimmed' })}>
        {words ?? '–'}
      </Text>
    )
  }
  if (!isEditing) {
    return (
      <UnstyledButton
        ref={button}
        className={classes.account}
        aria-label={t('accounts.chooseFor', { name, chosen: words ?? t('accounts.chooseAccount'), ...terms })}
        onClick={() => {
          mapping.reset()
          onEdit(true)
        }}
      >
        <Text span size="sm" {...(words === null && { c: 'dimmed' })}>
          {words ?? t('accounts.chooseAccount')}
        </Text>
        <span aria-hidden="true" className={classes.arrow}>
          ▾
        </span>
      </UnstyledButton>
    )
  }
  return (
    <AccountChoice
      psaId={integration.psaId}
      integrationId={integration.id}
      tenantId={tenantId}
      label={t('accounts.accountOf', { name, ...terms })}
      account={account}
      isBusy={mapping.isPending}
      error={mapping.error?.message ?? null}
      onChoose={(id) => mapping.mutate(id)}
      onLeave={() => onEdit(false)}
    />
  )
}
