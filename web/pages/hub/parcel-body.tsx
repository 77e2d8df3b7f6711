import { Card, Code, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { showUnsettled } from '../../api/generated/sdk.gen.ts'
import { Failed, Loading } from '../../ui/states.tsx'

/** What something that could not be settled holds, as it came. */
export function ParcelBody({ sourceId, parcelId }: { sourceId: number; parcelId: number }): ReactNode {
  const { t, i18n } = useTranslation()
  const { data, error, refetch } = useQuery({
    queryKey: ['unsettled', sourceId, 'body', parcelId],
    queryFn: () => call(showUnsettled({ path: { id: sourceId, parcelId } })),
  })
  if (data === undefined) return error === null ? <Loading /> : <Failed error={error} retry={() => void refetch()} />
  const { company, body } = data
  const count = (value: number) => value.toLocaleString(i18n.language)
  return (
    <Card withBorder padding="sm" component="article">
      <Stack gap="xs">
        <Title order={3}>{t('hub.unsettled.holds', { id: parcelId, company })}</Title>
        <Code
          block
          tabIndex={0}
          role="region"
          aria-label={t('hub.asItCame')}
          style={{ maxHeight: 320, overflow: 'auto', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
        >
          {body.text}
        </Code>
        {body.length > body.text.length && (
          <Text size="xs" c="dimmed">
            {t('hub.unsettled.cut', { shown: count(body.text.length), all: count(body.length) })}
          </Text>
        )}
      </Stack>
    </Card>
  )
}
