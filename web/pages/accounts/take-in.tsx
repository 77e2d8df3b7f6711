import { Button, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { addTenants } from '../../api/generated/sdk.gen.ts'
import { type MappingRow, useMappingsChanged } from './use-mappings.ts'

/** Brings clients back into the integration; harmless, so it does not ask. */
export function TakeIn({
  integrationId,
  rows,
  onDone,
}: {
  integrationId: number
  rows: readonly MappingRow[]
  onDone(): void
}): ReactNode {
  const { t } = useTranslation()
  const changed = useMappingsChanged()
  const adding = useMutation({
    mutationFn: () =>
      call(addTenants({ path: { id: integrationId }, body: { tenantIds: rows.map(({ tenantId }) => tenantId) } })),
    onSuccess: async () => {
      onDone()
      await changed()
    },
  })
  return (
    <>
      <Button size="compact-sm" loading={adding.isPending} onClick={() => adding.mutate()}>
        {t('accounts.takeIn', { count: rows.length })}
      </Button>
      {adding.error !== null && (
        <Text size="sm" c="red" role="alert">
          {adding.error.message}
        </Text>
      )}
    </>
  )
}
