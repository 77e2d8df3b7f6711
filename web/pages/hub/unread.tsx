import { Button, Group, Stack, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Inbox } from '../../api/generated/types.gen.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Empty } from '../../ui/states.tsx'
import { AssignCompany } from './assign-company.tsx'
import { noCompany, type UnreadGroup } from './hub-queries.ts'
import { UnreadMessages } from './unread-messages.tsx'
import { useReasonWords } from './use-reason-words.ts'

/** What nobody could read and what belongs to nobody, by reason and origin; each can be looked at and given away. */
export function Unread({
  sourceId,
  inbox,
  onTry,
}: {
  sourceId: number
  inbox: Inbox
  /** Takes a mail to the tester; absent: it cannot be tried here. */
  onTry?: (raw: string) => void
}): ReactNode {
  const { t, i18n } = useTranslation()
  const wordsOf = useReasonWords()
  const [shown, setShown] = useState<UnreadGroup | null>(null)
  const [assigning, setAssigning] = useState<UnreadGroup | null>(null)
  const [done, setDone] = useState('')
  const groups = inbox.unread
  const current = groups.find((one) => one.origin === shown?.origin && one.reason === shown.reason) ?? null
  return (
    <Stack gap="md">
      {groups.length === 0 ? (
        <Empty title={t('hub.nothingUnread')}>{t('hub.nothingUnreadText')}</Empty>
      ) : (
        <DataTable
          caption={t('hub.tabs.unread')}
          rows={groups}
          rowKey={({ reason, origin }) => `${reason} ${origin}`}
          columns={[
            {
              key: 'reason',
              title: t('hub.reason'),
              cell: ({ reason }) => <Text size="sm">{wordsOf(reason)}</Text>,
            },
            { key: 'origin', title: t('hub.origin'), cell: ({ origin }) => <Text size="sm">{origin || '–'}</Text> },
            {
              key: 'channel',
              title: t('hub.channel'),
              width: 100,
              cell: ({ channel }) => t(`hub.channels.${channel}`, { defaultValue: channel }),
            },
            {
              key: 'messages',
              title: t('hub.messages'),
              width: 110,
              align: 'right',
              cell: ({ messages }) => messages.toLocaleString(i18n.language),
            },
            { key: 'last', title: t('hub.last'), width: 130, cell: ({ lastAt }) => <Moment at={lastAt} /> },
            {
              key: 'acts',
              title: t('hub.acts'),
              hidden: true,
              width: 210,
              cell: (group) => (
                <Group gap={4} justify="flex-end" wrap="nowrap">
                  <Button
                    size="compact-sm"
                    variant={group === current ? 'light' : 'default'}
                    aria-expanded={group === current}
                    aria-label={t('hub.lookAt', { origin: group.origin })}
                    onClick={() => setShown(group === current ? null : group)}
                  >
                    {t('hub.look')}
                  </Button>
                  {group.reason === noCompany && (
                    <Button
                      size="compact-sm"
                      aria-label={t('hub.assignOf', { origin: group.origin })}
                      onClick={() => setAssigning(group)}
                    >
                      {t('hub.assign')}
                    </Button>
                  )}
                </Group>
              ),
            },
          ]}
        />
      )}
      <Text size="sm" role="status">
        {done}
      </Text>
      {current !== null && (
        <UnreadMessages
          key={`${current.reason} ${current.origin}`}
          sourceId={sourceId}
          group={current}
          {...(onTry !== undefined && { onTry })}
        />
      )}
      {assigning !== null && (
        <AssignCompany
          sourceId={sourceId}
          group={assigning}
          onClose={() => setAssigning(null)}
          onAssigned={(count, company) => {
            setAssigning(null)
            setDone(t('hub.assigned', { count, company }))
          }}
        />
      )}
    </Stack>
  )
}
