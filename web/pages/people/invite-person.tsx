import { Select, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { invitePerson } from '../../api/generated/sdk.gen.ts'
import type { Role } from '../../api/generated/types.gen.ts'
import { fieldErrors } from '../../api/problem.ts'
import { MakeOnce, ShownOnce } from '../../ui/make-once.tsx'
import { roleNames } from './people-table.tsx'

/** Invites somebody; the link is shown once, to be sent by whatever way one likes. */
export function InvitePerson({ onClose }: { onClose(): void }): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [form, setForm] = useState<{ name: string; email: string; role: Role }>({
    name: '',
    email: '',
    role: 'operator',
  })
  const set = (change: Partial<typeof form>) => setForm({ ...form, ...change })
  const inviting = useMutation({
    mutationFn: () => call(invitePerson({ body: form })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['invitations'] }),
  })
  const errors = fieldErrors(inviting.error)

  return (
    <MakeOnce
      title={t('people.invite')}
      making={inviting}
      onClose={onClose}
      shown={({ path }) => <ShownOnce text={`${window.location.origin}${path}`} help={t('people.linkHelp')} />}
    >
      <TextInput
        label={t('people.name')}
        required
        data-autofocus
        value={form.name}
        error={errors.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <TextInput
        label={t('signIn.email')}
        type="email"
        required
        value={form.email}
        error={errors.email}
        onChange={(event) => set({ email: event.currentTarget.value })}
      />
      <Select
        label={t('people.role')}
        description={t(`people.roleHelp.${form.role}`)}
        allowDeselect={false}
        value={form.role}
        data={roleNames.map((value) => ({ value, label: t(`people.roles.${value}`) }))}
        onChange={(next) => set({ role: roleNames.find((one) => one === next) ?? form.role })}
      />
    </MakeOnce>
  )
}
