import { Badge, Button, Group } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { listSessions, revokeSession } from '../../api/generated/sdk.gen.ts'
import { browserName } from '../../ui/browser-name.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Failed, Loading } from '../../ui/states.tsx'

/** Living sessions, the own ones or everybody's; each can be ended at once. */
export function Sessions({ everybody = false }: { everybody?: boolean }): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { data, error } = useQuery({
    queryKey: ['sessions', everybody],
    queryFn: () => call(listSessions({ query: everybody ? { all: 'true' } : {} })),
  })
  const revoking = useMutation({
    mutationFn: (id: number) => call(revokeSession({ path: { id } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['sessions'] }),
  })
  if (data === undefined) return error === null ? <Loading /> : <Failed error={error} />
  return (
    <>
      {revoking.error !== null && <Failed error={revoking.error} />}
      <DataTable
        caption={t('people.sessions')}
        rows={data}
        rowKey={({ id }) => id}
        columns={[
          {
            key: 'person',
            title: t('people.name'),
            cell: ({ personName, current }) => (
              <Group gap="xs">
                {personName}
                {current && <Badge variant="light">{t('people.thisSession')}</Badge>}
              </Group>
            ),
          },
          { key: 'address', title: t('people.address'), cell: ({ address }) => address },
          {
            key: 'browser',
            title: t('people.browser'),
            cell: ({ userAgent }) => <span title={userAgent}>{browserName(userAgent)}</span>,
          },
          { key: 'since', title: t('people.since'), width: 130, cell: ({ createdAt }) => <Moment at={createdAt} /> },
          { key: 'seen', title: t('people.seen'), width: 130, cell: ({ lastSeenAt }) => <Moment at={lastSeenAt} /> },
          {
            key: 'acts',
            title: t('people.acts'),
            hidden: true,
            width: 100,
            cell: ({ id, current }) =>
              current ? null : (
                <Button size="compact-xs" variant="subtle" color="red" onClick={() => revoking.mutate(id)}>
                  {t('people.end')}
                </Button>
              ),
          },
        ]}
      />
    </>
  )
}
