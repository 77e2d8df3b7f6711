import { Alert } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Inbox } from '../../api/generated/types.gen.ts'

/** From here on it is said: there is time to do something. */
const fillsUp = 0.8
const megabyte = 1024 * 1024

/** Says when the room for what nobody could read fills up or is full; else nothing. */
export function UnreadRoom({ room }: { room: Inbox['unreadRoom'] }): ReactNode {
  const { t, i18n } = useTranslation()
  const { fill, messages, mostMessages, bytes, mostBytes } = room
  if (fill < fillsUp) return null
  const shown = (value: number) => value.toLocaleString(i18n.language, { maximumFractionDigits: 0 })
  const words = {
    messages: shown(messages),
    mostMessages: shown(mostMessages),
    size: shown(Math.ceil(bytes / megabyte)),
    most: shown(mostBytes / megabyte),
  }
  return (
    <Alert color={fill >= 1 ? 'red' : 'yellow'} role="status">
      {t(fill >= 1 ? 'hub.unreadFull' : 'hub.unreadFillsUp')} {t('hub.unreadTaken', words)}
    </Alert>
  )
}
