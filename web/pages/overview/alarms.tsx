import { Alert, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { ShowStatusResponse } from '../../api/generated/types.gen.ts'
import { Moment } from '../../ui/moment.tsx'

const shownAtOnce = 5

/** What is wrong with this installation itself, with what to do. */
export function Alarms({ alarms }: { alarms: ShowStatusResponse['alarms'] }): ReactNode {
  const { t } = useTranslation()
  if (alarms.length === 0) return null
  return (
    <Stack gap="xs" component="section" aria-label={t('overview.alarms')}>
      {alarms.slice(0, shownAtOnce).map(({ key, severity, title, name, words, advice, beganAt }) => (
        <Alert
          key={key}
          color={severity === 'critical' ? 'red' : 'orange'}
          title={name === '' ? title : `${title}: ${name}`}
        >
          <Text size="sm">{words}</Text>
          <Text size="sm">{advice}</Text>
          <Text size="xs" c="dimmed" component="div">
            {t('overview.since')} <Moment at={beganAt} />
          </Text>
        </Alert>
      ))}
      {alarms.length > shownAtOnce && (
        <Text size="sm">{t('overview.moreAlarms', { count: alarms.length - shownAtOnce })}</Text>
      )}
    </Stack>
  )
}
