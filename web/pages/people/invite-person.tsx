import { Alert, Button, Code, CopyButton, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { invitePerson } from '../../api/generated/sdk.gen.ts'
import type { Role } from '../../api/generated/types.gen.ts'
import { fieldErrors } from '../../api/problem.ts'
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

  function submit(event: FormEvent): void {
    event.preventDefault()
    inviting.mutate()
  }

  return (
    <Modal
      opened
      onClose={onClose}
      title={t('people.invite')}
      centered
      closeButtonProps={{ 'aria-label': t('confirm.close') }}
    >
      {inviting.data === undefined ? (
        <form onSubmit={submit}>
          <Stack gap="sm">
            {inviting.error !== null && Object.keys(errors).length === 0 && (
              <Alert color="red" role="alert">
                {inviting.error.message}
              </Alert>
            )}
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
            <Group justify="flex-end">
              <Button type="submit" loading={inviting.isPending}>
                {t('people.invite')}
              </Button>
            </Group>
          </Stack>
        </form>
      ) : (
        <ShownOnce text={`${window.location.origin}${inviting.data.path}`} help={t('people.linkHelp')} />
      )}
    </Modal>
  )
}

/** A secret that is shown this once, ready to be copied. */
export function ShownOnce({ text, help }: { text: string; help: string }): ReactNode {
  const { t } = useTranslation()
  return (
    <Stack gap="sm">
      <Text size="sm">{help}</Text>
      <Code block style={{ wordBreak: 'break-all' }}>
        {text}
      </Code>
      <CopyButton value={text}>
        {({ copied, copy }) => <Button onClick={copy}>{t(copied ? 'people.copied' : 'people.copy')}</Button>}
      </CopyButton>
    </Stack>
  )
}
