import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { createToken, listTokens, revokeToken } from '../../api/generated/sdk.gen.ts'
import type { Role, Token } from '../../api/generated/types.gen.ts'
import { fieldErrors } from '../../api/problem.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { MakeOnce, ShownOnce } from '../../ui/make-once.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Failed, Loading } from '../../ui/states.tsx'
import { roleNames } from './people-table.tsx'

/** Tokens of programs: scope and end, made and taken back. */
export function Tokens(): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [isMaking, setMaking] = useState(false)
  const [revoking, setRevoking] = useState<Token | null>(null)
  const { data, error } = useQuery({ queryKey: ['tokens'], queryFn: () => call(listTokens()) })
  if (data === undefined) return error === null ? <Loading /> : <Failed error={error} />
  return (
    <Stack gap="sm">
      <Group justify="flex-end">
        <Button onClick={() => setMaking(true)}>{t('tokens.make')}</Button>
      </Group>
      <DataTable
        caption={t('people.tokens')}
        rows={data}
        rowKey={({ id }) => id}
        columns={[
          { key: 'name', title: t('people.name'), cell: ({ name }) => name },
          { key: 'scope', title: t('people.role'), cell: ({ scope }) => t(`people.roles.${scope}`) },
          { key: 'made', title: t('tokens.made'), cell: ({ createdAt }) => <Moment at={createdAt} /> },
          { key: 'used', title: t('tokens.used'), cell: ({ lastUsedAt }) => <Moment at={lastUsedAt} /> },
          {
            key: 'ends',
            title: t('people.endsAt'),
            cell: ({ endsAt }) => (endsAt === null ? t('tokens.noEnd') : <Moment at={endsAt} />),
          },
          {
            key: 'acts',
            title: t('people.acts'),
            hidden: true,
            width: 120,
            cell: (token) => (
              <Button size="compact-xs" variant="subtle" color="red" onClick={() => setRevoking(token)}>
                {t('people.revoke')}
              </Button>
            ),
          },
        ]}
      />
      {isMaking && <MakeToken onClose={() => setMaking(false)} />}
      {revoking !== null && (
        <Confirm
          title={t('tokens.revokeTitle', { name: revoking.name })}
          action={t('people.revoke')}
          run={async () => {
            await call(revokeToken({ path: { id: revoking.id } }))
            await queries.invalidateQueries({ queryKey: ['tokens'] })
          }}
          onClose={() => setRevoking(null)}
        >
          <Text size="sm">{t('tokens.revokeText')}</Text>
        </Confirm>
      )}
    </Stack>
  )
}

function MakeToken({ onClose }: { onClose(): void }): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [form, setForm] = useState<{ name: string; scope: Role; endsOn: string }>({
    name: '',
    scope: 'read-only',
    endsOn: '',
  })
  const making = useMutation({
    mutationFn: () => {
      const { name, scope, endsOn } = form
      const endsAt = endsOn === '' ? null : new Date(`${endsOn}T23:59:59`).toISOString()
      return call(createToken({ body: { name, scope, endsAt } }))
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['tokens'] }),
  })
  const errors = fieldErrors(making.error)

  return (
    <MakeOnce
      title={t('tokens.make')}
      making={making}
      onClose={onClose}
      shown={({ secret }) => <ShownOnce text={secret} help={t('tokens.secretHelp')} />}
    >
      <TextInput
        label={t('people.name')}
        description={t('tokens.nameHelp')}
        required
        data-autofocus
        value={form.name}
        error={errors.name}
        onChange={(event) => setForm({ ...form, name: event.currentTarget.value })}
      />
      <Select
        label={t('people.role')}
        description={t(`people.roleHelp.${form.scope}`)}
        allowDeselect={false}
        value={form.scope}
        data={roleNames.map((value) => ({ value, label: t(`people.roles.${value}`) }))}
        onChange={(next) => setForm({ ...form, scope: roleNames.find((one) => one === next) ?? form.scope })}
      />
      <TextInput
        label={t('tokens.endsOn')}
        description={t('tokens.endsOnHelp')}
        type="date"
        value={form.endsOn}
        error={errors.endsAt}
        onChange={(event) => setForm({ ...form, endsOn: event.currentTarget.value })}
      />
    </MakeOnce>
  )
}
