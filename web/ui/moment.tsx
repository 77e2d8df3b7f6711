import { Text, Tooltip } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { serverNow } from '../api/server-clock.ts'

const steps: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

/** How long ago, in the viewer's language; the exact time in the viewer's zone on hover and focus. */
export function Moment({ at }: { at: string | null }): ReactNode {
  const { i18n, t } = useTranslation()
  if (at === null)
    return (
      <Text span size="sm" c="dimmed">
        {t('moment.never')}
      </Text>
    )
  const date = new Date(at)
  return (
    <Tooltip label={exactTime(date, i18n.language)}>
      <time dateTime={at}>{ago(date, i18n.language)}</time>
    </Tooltip>
  )
}

/** Date and time with the viewer's zone. */
function exactTime(date: Date, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'long' }).format(date)
}

function ago(date: Date, language: string): string {
  const seconds = (date.getTime() - serverNow()) / 1_000
  const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const step = steps.find(([, length]) => Math.abs(seconds) >= length)
  return step === undefined
    ? words.format(Math.round(seconds), 'second')
    : words.format(Math.round(seconds / step[1]), step[0])
}
