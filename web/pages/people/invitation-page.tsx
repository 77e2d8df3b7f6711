import { Alert, Button, Divider, Stack, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call, setCsrf } from '../../api/call.ts'
import { acceptInvitation, acceptInvitationByOidc } from '../../api/generated/sdk.gen.ts'
import { fieldErrors } from '../../api/problem.ts'
import { sessionQuery } from '../../app/session.ts'
import { Entrance } from '../../ui/entrance.tsx'
import { FormProblem } from '../../ui/form-problem.tsx'
import { NewPassword } from '../../ui/new-password.tsx'

/** An invited person chooses a password; the code stands behind the # of the address, where no server sees it. */
export function InvitationPage(): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [code, setCode] = useState(() => window.location.hash.slice(1))
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')

  const accepting = useMutation({
    mutationFn: () => call(acceptInvitation({ body: { code, password, ...(name !== '' && { name }) } })),
    onSuccess: async (entered) => {
      setCsrf(entered.csrf)
      queries.clear()
      queries.setQueryData(sessionQuery.queryKey, entered)
      await navigate({ to: '/' })
    },
  })
  const errors = fieldErrors(accepting.error)
  const session = useQuery(sessionQuery)
  const going = useMutation({
    mutationFn: () => call(acceptInvitationByOidc({ body: { code } })),
    onSuccess: ({ url }) => window.location.assign(url),
  })

  function submit(event: FormEvent): void {
    event.preventDefault()
    accepting.mutate()
  }

  return (
    <Entrance title={t('invitation.title')} lead={t('invitation.lead')}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <FormProblem error={accepting.error} />
          <TextInput
            label={t('invitation.code')}
            required
            autoComplete="off"
            value={code}
            error={errors.code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
          <TextInput
            label={t('invitation.name')}
            description={t('invitation.nameHelp')}
            autoComplete="name"
            value={name}
            error={errors.name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <NewPassword
            label={t('signIn.password')}
            value={password}
            about={[name]}
            error={errors.password}
            onChange={setPassword}
          />
          <Button type="submit" loading={accepting.isPending}>
            {t('invitation.submit')}
          </Button>
        </Stack>
      </form>
      {session.data?.oidc != null && (
        <>
          <Divider label={t('signIn.or')} />
          {going.error !== null && (
            <Alert color="red" role="alert">
              {going.error.message}
            </Alert>
          )}
          <Button variant="default" loading={going.isPending} onClick={() => going.mutate()}>
            {t('oidcProblem.invited', { name: session.data.oidc.name })}
          </Button>
        </>
      )}
    </Entrance>
  )
}
