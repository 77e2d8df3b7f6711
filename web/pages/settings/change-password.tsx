import { Alert, Button, Group, PasswordInput, Stack } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { changePassword } from '../../api/generated/sdk.gen.ts'
import { fieldErrors } from '../../api/problem.ts'
import { useSession } from '../../app/session.ts'
import { FormProblem } from '../../ui/form-problem.tsx'
import { NewPassword } from '../../ui/new-password.tsx'

/** Changes the own password; whoever else is signed in with it is signed out. */
export function ChangePassword(): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { person } = useSession()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const changing = useMutation({
    mutationFn: () => call(changePassword({ body: { current, next } })),
    onSuccess: async () => {
      setCurrent('')
      setNext('')
      await queries.invalidateQueries({ queryKey: ['sessions'] })
    },
  })
  const errors = fieldErrors(changing.error)

  function submit(event: FormEvent): void {
    event.preventDefault()
    changing.mutate()
  }

  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {changing.isSuccess && <Alert color="teal">{t('account.passwordChanged')}</Alert>}
        <FormProblem error={changing.error} />
        {person?.hasPassword === true && (
          <PasswordInput
            label={t('account.current')}
            autoComplete="current-password"
            required
            value={current}
            error={errors.current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
          />
        )}
        <NewPassword
          label={t('account.next')}
          value={next}
          about={[person?.email ?? '', person?.name ?? '']}
          error={errors.next}
          onChange={setNext}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={changing.isPending}>
            {t('account.change')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
