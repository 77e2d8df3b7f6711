import { Alert, Button, Group, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { findAccounts } from '../../api/generated/sdk.gen.ts'
import type { FoundAccounts } from '../../api/generated/types.gen.ts'
import { usePaged } from '../../api/paged.ts'
import { useTerms } from '../../app/terms.ts'
import { Moment } from '../../ui/moment.tsx'
import { PagedTable } from '../../ui/paged-table.tsx'

type Row = FoundAccounts['items'][number]

/** Accounts of the desk that no client of any security product is mapped to. */
export function NotProtected({ psaId, search }: { psaId: number; search: string | undefined }): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const queries = useQueryClient()
  const paged = usePaged<Row, FoundAccounts>(['accounts', psaId, 'not-protected', search], (cursor) =>
    call(
      findAccounts({
        path: { id: psaId },
        query: {
          limit: 100,
          mapped: 'false',
          ...(cursor !== undefined && { cursor }),
          ...(search !== undefined && { search }),
        },
      }),
    ),
  )
  const reading = useMutation({
    mutationFn: () => call(findAccounts({ path: { id: psaId }, query: { limit: 1, refresh: 'true' } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['accounts', psaId] }),
  })
  const { first } = paged
  const problem = reading.error?.message ?? first?.problem ?? null
  return (
    <>
      {problem !== null && (
        <Alert color="yellow" title={t('accounts.notRead', { ...terms })} role="alert">
          {problem}
        </Alert>
      )}
      {first !== undefined && (
        <Group gap="xs">
          <Text size="sm">
            {t('accounts.notProtected', { count: first.withoutTenant, total: first.total, ...terms })}
          </Text>
          <Text size="sm" c="dimmed" component="div">
            {t('accounts.readAt')} <Moment at={first.readAt} />
          </Text>
          <Button size="compact-xs" variant="default" loading={reading.isPending} onClick={() => reading.mutate()}>
            {t('accounts.readAgain')}
          </Button>
        </Group>
      )}
      <PagedTable
        caption={t('accounts.views.not-protected', { ...terms })}
        paged={paged}
        rowKey={({ id }) => id}
        columns={[
          { key: 'name', title: t('accounts.account', { ...terms }), cell: ({ name }) => name },
          { key: 'number', title: t('tickets.number'), width: 220, cell: ({ number }) => number },
        ]}
        empty={{
          title: t(search === undefined ? 'accounts.allProtected' : 'accounts.noneFound', { ...terms }),
          text: t('accounts.notProtectedText', { ...terms }),
        }}
      />
    </>
  )
}
