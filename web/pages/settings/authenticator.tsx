import { Alert, Button, Code, Group, PasswordInput, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { beginTotp, confirmTotp, removeTotp } from '../../api/generated/sdk.gen.ts'
import { sessionQuery, useSession } from '../../app/session.ts'

/** The second factor: set up with the phone's authenticator, or switched off again. */
export function Authenticator(): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { person } = useSession()
  const [code, setCode] = useState('')
  const begun = useMutation({ mutationFn: () => call(beginTotp()) })
  const confirmed = useMutation({
    mutationFn: () => call(confirmTotp({ body: { code } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: sessionQuery.queryKey }),
  })
  const error = begun.error ?? confirmed.error

  if (confirmed.data !== undefined) {
    return (
      <Stack gap="sm">
        <Alert color="teal">{t('account.totpOn')}</Alert>
        <Text size="sm">{t('account.recovery')}</Text>
        <SimpleGrid cols={2} spacing={4}>
          {confirmed.data.recoveryCodes.map((one) => (
            <Code key={one}>{one}</Code>
          ))}
        </SimpleGrid>
      </Stack>
    )
  }
  if (person?.hasTotp === true) return <Remove />

  function submit(event: FormEvent): void {
    event.preventDefault()
    confirmed.mutate()
  }

  return (
    <Stack gap="sm">
      {error !== null && (
        <Alert color="red" role="alert">
          {error.message}
        </Alert>
      )}
      {begun.data === undefined ? (
        <>
          <Text size="sm">{t('account.totpWhy')}</Text>
          <Group>
            <Button loading={begun.isPending} onClick={() => begun.mutate()}>
              {t('account.totpBegin')}
            </Button>
          </Group>
        </>
      ) : (
        <form onSubmit={submit}>
          <Stack gap="sm">
            <Text size="sm">{t('account.totpScan')}</Text>
            <img
              src={`data:image/svg+xml;utf8,${encodeURIComponent(begun.data.svg)}`}
              alt={t('account.totpPicture')}
              width={180}
              height={180}
            />
            <Text size="sm">
              {t('account.totpType')} <Code>{begun.data.secret}</Code>
            </Text>
            <TextInput
              label={t('signIn.code')}
              autoComplete="one-time-code"
              inputMode="numeric"
              required
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
            />
            <Group justify="flex-end">
              <Button type="submit" loading={confirmed.isPending}>
                {t('account.totpConfirm')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Stack>
  )
}

function Remove(): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [password, setPassword] = useState('')
  const removing = useMutation({
    mutationFn: () => call(removeTotp({ body: { password } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: sessionQuery.queryKey }),
  })

  function submit(event: FormEvent): void {
    event.preventDefault()
    removing.mutate()
  }

  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Alert color="teal">{t('account.totpOn')}</Alert>
        {removing.error !== null && (
          <Alert color="red" role="alert">
            {removing.error.message}
          </Alert>
        )}
        <PasswordInput
          label={t('account.current')}
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
        />
        <Group justify="flex-end">
          <Button type="submit" variant="default" loading={removing.isPending}>
            {t('account.totpRemove')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
