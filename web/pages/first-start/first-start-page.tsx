import { Alert, Button, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call, setCsrf } from '../../api/call.ts'
import { createFirstAdministrator } from '../../api/generated/sdk.gen.ts'
import { fieldErrors } from '../../api/problem.ts'
import { sessionQuery } from '../../app/session.ts'
import { setupQuery } from '../../app/setup.ts'
import { Entrance } from '../../ui/entrance.tsx'
import { NewPassword } from '../../ui/new-password.tsx'

/** Makes the first administrator, then leads on to the set-up, or to the overview where something is connected already. */
export function FirstStartPage(): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [form, setForm] = useState({ setupCode: '', name: '', email: '', password: '' })
  const set = (change: Partial<typeof form>) => setForm({ ...form, ...change })

  const making = useMutation({
    mutationFn: () => call(createFirstAdministrator({ body: form })),
    onSuccess: async (entered) => {
      setCsrf(entered.csrf)
      queries.clear()
      queries.setQueryData(sessionQuery.queryKey, entered)
      const { next } = await queries.fetchQuery(setupQuery)
      await navigate({ to: next === 'source' ? '/setup' : '/' })
    },
  })
  const errors = fieldErrors(making.error)
  const isElsewhere = making.error !== null && Object.keys(errors).length === 0

  function submit(event: FormEvent): void {
    event.preventDefault()
    making.mutate()
  }

  return (
    <Entrance title={t('firstStart.title')} lead={t('firstStart.lead')}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {isElsewhere && (
            <Alert color="red" role="alert">
              {making.error?.message}
            </Alert>
          )}
          <TextInput
            label={t('firstStart.setupCode')}
            description={t('firstStart.setupCodeHelp')}
            required
            autoFocus
            autoComplete="off"
            value={form.setupCode}
            error={errors.setupCode}
            onChange={(event) => set({ setupCode: event.currentTarget.value })}
          />
          <TextInput
            label={t('firstStart.name')}
            required
            autoComplete="name"
            value={form.name}
            error={errors.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <TextInput
            label={t('signIn.email')}
            type="email"
            required
            autoComplete="username"
            value={form.email}
            error={errors.email}
            onChange={(event) => set({ email: event.currentTarget.value })}
          />
          <NewPassword
            label={t('signIn.password')}
            value={form.password}
            about={[form.email, form.name]}
            error={errors.password}
            onChange={(password) => set({ password })}
          />
          <Button type="submit" loading={making.isPending}>
            {t('firstStart.submit')}
          </Button>
        </Stack>
      </form>
    </Entrance>
  )
}
