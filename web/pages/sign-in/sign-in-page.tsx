import { Alert, Button, Divider, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call, setCsrf } from '../../api/call.ts'
import { signIn } from '../../api/generated/sdk.gen.ts'
import { ApiError } from '../../api/problem.ts'
import { sessionQuery } from '../../app/session.ts'
import { Entrance } from '../../ui/entrance.tsx'

/** E-mail and password; the code of the authenticator is asked for when it is needed. */
export function SignInPage(): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const { next, problem } = useSearch({ strict: false }) as { next?: string; problem?: string }
  const session = useQuery(sessionQuery)
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')

  const entering = useMutation({
    mutationFn: () => call(signIn({ body: { email, password, ...(code !== '' && { code }) } })),
    onSuccess: async (entered) => {
      setCsrf(entered.csrf)
      queries.clear()
      queries.setQueryData(sessionQuery.queryKey, entered)
      await navigate({ to: ownPath(next) })
    },
  })
  const { error } = entering
  const needsCode = error instanceof ApiError && error.code === 'code-needed'

  function submit(event: FormEvent): void {
    event.preventDefault()
    entering.mutate()
  }

  return (
    <Entrance title={t('signIn.title')}>
      {problem !== undefined && entering.isIdle && (
        <Alert color="red" role="alert">
          {t(`oidcProblem.${problem}`, { defaultValue: t('oidcProblem.bad-answer') })}
        </Alert>
      )}
      {session.data?.demo === true && <Alert color="blue">{t('signIn.demo')}</Alert>}
      <form onSubmit={submit}>
        <Stack gap="sm">
          {error !== null && (
            <Alert color={needsCode ? 'blue' : 'red'} role="alert">
              {error.message}
            </Alert>
          )}
          <TextInput
            label={t('signIn.email')}
            type="email"
            autoComplete="username"
            required
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordInput
            label={t('signIn.password')}
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
          />
          {(needsCode || code !== '') && (
            <TextInput
              label={t('signIn.code')}
              description={t('signIn.codeHelp')}
              autoComplete="one-time-code"
              inputMode="numeric"
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
            />
          )}
          <Button type="submit" loading={entering.isPending}>
            {t('signIn.submit')}
          </Button>
        </Stack>
      </form>
      {session.data?.oidc != null && (
        <>
          <Divider label={t('signIn.or')} />
          <Button component="a" variant="default" href={`/api/v1/oidc/start?next=${encodeURIComponent(ownPath(next))}`}>
            {t('signIn.oidc', { name: session.data.oidc.name })}
          </Button>
        </>
      )}
    </Entrance>
  )
}

/** Only a place of our own is gone to after the sign-in, whatever the address says. */
function ownPath(next: string | undefined): string {
  return next?.startsWith('/') === true && !next.startsWith('//') && !next.startsWith('/\\') ? next : '/'
}
