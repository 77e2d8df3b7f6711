import { Badge, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { SourceToken } from '../../api/generated/types.gen.ts'
import { serverNow } from '../../api/server-clock.ts'
import { Moment } from '../../ui/moment.tsx'

const dayMs = 86_400_000
/** From so many days before its end on it is said how long a token still lasts. */
const soonDays = 30

/** When a token ends: marked when it is over, and when it soon will be. */
export function TokenEnd({ token: { endsAt, refusedAt } }: { token: SourceToken }): ReactNode {
  const { t, i18n } = useTranslation()
  if (endsAt === null) return t('hub.noEnd')
  const left = new Date(endsAt).getTime() - serverNow()
  if (left <= 0) {
    return (
      <Stack gap={2} align="flex-start">
        <Badge size="sm" color="red" variant="light">
          {t('hub.ended')}
        </Badge>
        <Text size="xs" c="dimmed" component="div">
          <Moment at={endsAt} />
        </Text>
        {refusedAt !== null && (
          <Text size="xs" c="red" component="div">
            {t('hub.refusedSince')} <Moment at={refusedAt} />
          </Text>
        )}
      </Stack>
    )
  }
  const days = Math.ceil(left / dayMs)
  return (
    <Stack gap={2} align="flex-start">
      <Text size="sm">{new Date(endsAt).toLocaleDateString(i18n.language, { dateStyle: 'medium' })}</Text>
      {days < soonDays && (
        <Badge size="sm" color="yellow" variant="light">
          {t('hub.endsInDays', { count: days })}
        </Badge>
      )}
    </Stack>
  )
}
