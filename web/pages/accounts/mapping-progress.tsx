import { Progress, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

/** How far the mapping of many clients has come, in portions that the server has answered for. */
export function MappingProgress({ done, all }: { done: number; all: number }): ReactNode {
  const { t, i18n } = useTranslation()
  const number = (count: number) => count.toLocaleString(i18n.language)
  // Rounded down: “100 %” is said when the last one is done.
  const share = all === 0 ? 0 : Math.floor((100 * done) / all)
  const percent = (share / 100).toLocaleString(i18n.language, { style: 'percent' })
  const words = t('accounts.mapping', { done: number(done), all: number(all), percent })
  return (
    <Stack gap={4}>
      <Text size="sm" role="status">
        {words}
      </Text>
      <Progress.Root size="md">
        <Progress.Section
          value={share}
          animated
          // Its own words would be the percentage alone, and not in the person's language.
          withAria={false}
          role="progressbar"
          aria-label={t('accounts.mappingBar')}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={share}
          aria-valuetext={words}
        />
      </Progress.Root>
      <Text size="xs" c="dimmed">
        {t('accounts.mappingStays')}
      </Text>
    </Stack>
  )
}
