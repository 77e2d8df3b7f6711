import { Alert, Button, Center, Loader, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from '../api/problem.ts'

/** What a place shows when it has nothing to show yet, nothing at all, or nothing to be had. */

export function Loading(): ReactNode {
  const { t } = useTranslation()
  return (
    <Center mih={160} role="status">
      <Stack align="center" gap="xs">
        <Loader type="dots" aria-hidden />
        <Text size="sm" c="dimmed">
          {t('state.loading')}
        </Text>
      </Stack>
    </Center>
  )
}

export function Empty({
  title,
  children,
  action,
}: {
  title: string
  children?: ReactNode
  action?: ReactNode
}): ReactNode {
  return (
    <Center mih={160} p="lg">
      <Stack align="center" gap="xs" maw={520}>
        <Title order={2} size="h3" ta="center">
          {title}
        </Title>
        {children !== undefined && (
          <Text size="sm" c="dimmed" ta="center">
            {children}
          </Text>
        )}
        {action}
      </Stack>
    </Center>
  )
}

/** `retry` is offered when it is given. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }): ReactNode {
  const { t } = useTranslation()
  const offline = error instanceof ApiError && error.code === 'offline'
  const requestId = error instanceof ApiError ? error.problem?.requestId : undefined
  return (
    <Alert color={offline ? 'gray' : 'red'} title={t(offline ? 'state.offline' : 'state.failed')} role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          {offline ? t('state.offlineAdvice') : error instanceof Error ? error.message : String(error)}
        </Text>
        {requestId !== undefined && (
          <Text size="xs" c="dimmed">
            {t('state.requestId', { requestId })}
          </Text>
        )}
        {retry !== undefined && (
          <Button size="xs" variant="default" onClick={retry}>
            {t('state.retry')}
          </Button>
        )}
      </Stack>
    </Alert>
  )
}
