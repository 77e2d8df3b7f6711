import { Alert, Group, Loader, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { statusQuery } from '../connections/connection-kinds.ts'
import { stateOf } from '../connections/connection-state.tsx'
import { ReadNow } from '../connections/read-now.tsx'

/** The first reading of a source, which may take minutes: it goes on whatever page is open. */
export function FirstReading({ sourceId }: { sourceId: number }): ReactNode {
  const { t } = useTranslation()
  const status = useQuery({ ...statusQuery, refetchInterval: 2_000 })
  const state = stateOf('source', sourceId, status.data)
  const name = status.data?.sources.find(({ id }) => id === sourceId)?.name ?? ''
  if (state?.state === 'trouble') {
    return (
      <Alert color="red" title={t('setup.readingFailed')}>
        <Stack gap="xs" align="flex-start">
          <Text size="sm">{state.words}</Text>
          <ReadNow kind="source" id={sourceId} name={name} />
        </Stack>
      </Alert>
    )
  }
  if (state?.state === 'good') return <Alert color="yellow">{t('setup.noClients')}</Alert>
  return (
    <Stack gap="xs" role="status">
      <Group gap="sm">
        <Loader size="xs" aria-hidden />
        <Text size="sm">{t(state?.state === 'reading' ? 'setup.reading' : 'setup.waiting')}</Text>
      </Group>
      <Text size="sm" c="dimmed">
        {t('setup.readingText')}
      </Text>
    </Stack>
  )
}
