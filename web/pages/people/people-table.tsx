import { Alert, Badge, Button, Group, Select, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { deletePerson, updatePerson } from '../../api/generated/sdk.gen.ts'
import type { Person } from '../../api/generated/types.gen.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { Moment } from '../../ui/moment.tsx'

export const roleNames = ['read-only', 'operator', 'administrator'] as const

/** Everybody who may sign in, with role and the ways in. */
export function PeopleTable({ people }: { people: readonly Person[] }): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [removing, setRemoving] = useState<Person | null>(null)
  const again = () => queries.invalidateQueries({ queryKey: ['people'] })
  const changing = useMutation({
    mutationFn: ({ id, ...body }: { id: number; role?: Person['role']; disabled?: boolean }) =>
      call(updatePerson({ path: { id }, body })),
    onSettled: again,
  })
  return (
    <>
      {changing.error !== null && (
        <Alert color="red" role="alert">
          {changing.error.message}
        </Alert>
      )}
      <DataTable
        caption={t('people.people')}
        rows={people}
        rowKey={({ id }) => id}
        isDimmed={({ disabledAt }) => disabledAt !== null}
        columns={[
          {
            key: 'name',
            title: t('people.name'),
            cell: ({ name, email }) => (
              <>
                <Text size="sm" fw={600}>
                  {name}
                </Text>
                <Text size="xs" c="dimmed">
                  {email}
                </Text>
              </>
            ),
          },
          {
            key: 'role',
            title: t('people.role'),
            width: 190,
            cell: ({ id, name, role }) => (
              <Select
                aria-label={t('people.roleOf', { name })}
                allowDeselect={false}
                value={role}
                data={roleNames.map((value) => ({ value, label: t(`people.roles.${value}`) }))}
                onChange={(next) => {
                  const chosen = roleNames.find((one) => one === next)
                  if (chosen !== undefined && chosen !== role) changing.mutate({ id, role: chosen })
                }}
              />
            ),
          },
          {
            key: 'ways',
            title: t('people.ways'),
            cell: ({ hasPassword, hasTotp, hasOidc }) => (
              <Group gap={4}>
                {hasPassword && <Badge variant="light">{t('people.password')}</Badge>}
                {hasTotp && <Badge variant="light">{t('people.totp')}</Badge>}
                {hasOidc && <Badge variant="light">{t('people.oidc')}</Badge>}
              </Group>
            ),
          },
          {
            key: 'seen',
            title: t('people.lastSignedIn'),
            width: 150,
            cell: ({ lastSignedInAt }) => <Moment at={lastSignedInAt} />,
          },
          {
            key: 'acts',
            title: t('people.acts'),
            hidden: true,
            width: 210,
            cell: (person) => (
              <Group gap={4} justify="flex-end" wrap="nowrap">
                <Button
                  size="compact-xs"
                  variant="subtle"
                  onClick={() => changing.mutate({ id: person.id, disabled: person.disabledAt === null })}
                >
                  {t(person.disabledAt === null ? 'people.disable' : 'people.enable')}
                </Button>
                <Button size="compact-xs" variant="subtle" color="red" onClick={() => setRemoving(person)}>
                  {t('people.remove')}
                </Button>
              </Group>
            ),
          },
        ]}
      />
      {removing !== null && (
        <Confirm
          title={t('people.removeTitle', { name: removing.name })}
          action={t('people.remove')}
          run={async () => {
            await call(deletePerson({ path: { id: removing.id } }))
            await again()
          }}
          onClose={() => setRemoving(null)}
        >
          <Text size="sm">{t('people.removeText')}</Text>
        </Confirm>
      )}
    </>
  )
}
