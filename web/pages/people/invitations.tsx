import { Button, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { listInvitations, revokeInvitation } from '../../api/generated/sdk.gen.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Failed } from '../../ui/states.tsx'

/** Invitations that can still be accepted; nothing at all when there are none. */
export function Invitations(): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { data, error } = useQuery({ queryKey: ['invitations'], queryFn: () => call(listInvitations()) })
  const revoking = useMutation({
    mutationFn: (id: number) => call(revokeInvitation({ path: { id } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['invitations'] }),
  })
  if (error !== null) return <Failed error={error} />
  if (data === undefined || data.length === 0) return null
  return (
    <section>
      <Title order={2} mb="xs">
        {t('people.invited')}
      </Title>
      {revoking.error !== null && <Failed error={revoking.error} />}
      <DataTable
        caption={t('people.invited')}
        rows={data}
        rowKey={({ id }) => id}
        columns={[
          { key: 'name', title: t('people.name'), cell: ({ name }) => name },
          { key: 'email', title: t('signIn.email'), cell: ({ email }) => email },
          { key: 'role', title: t('people.role'), cell: ({ role }) => t(`people.roles.${role}`) },
          { key: 'ends', title: t('people.endsAt'), cell: ({ endsAt }) => <Moment at={endsAt} /> },
          {
            key: 'acts',
            title: t('people.acts'),
            hidden: true,
            width: 120,
            cell: ({ id }) => (
              <Button size="compact-xs" variant="subtle" color="red" onClick={() => revoking.mutate(id)}>
                {t('people.revoke')}
              </Button>
            ),
          },
        ]}
      />
    </section>
  )
}
