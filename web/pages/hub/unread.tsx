import { Button, Group, Stack, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { removeUnread } from '../../api/generated/sdk.gen.ts'
import type { Inbox } from '../../api/generated/types.gen.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Moment } from '../../ui/moment.tsx'
import { PagedTable } from '../../ui/paged-table.tsx'
import { AssignCompany } from './assign-company.tsx'
import { noCompany, type UnreadGroup, useUnreadGroups } from './hub-queries.ts'
import { UnreadMessages } from './unread-messages.tsx'
import { UnreadRoom } from './unread-room.tsx'
import { useReasonWords } from './use-reason-words.ts'

/** What nobody could read and what belongs to nobody, in groups; each can be looked at, given away or removed. */
export function Unread({
  sourceId,
  room,
  onTry,
}: {
  sourceId: number
  /** Absent: not known yet. */
  room?: Inbox['unreadRoom']
  /** Takes a mail to the tester; absent: it cannot be tried here. */
  onTry?: (raw: string) => void
}): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const wordsOf = useReasonWords()
  const [shown, setShown] = useState<number | null>(null)
  const [assigning, setAssigning] = useState<UnreadGroup | null>(null)
  const [removing, setRemoving] = useState<UnreadGroup | null>(null)
  const [done, setDone] = useState('')
  const paged = useUnreadGroups(sourceId)
  const current = paged.rows?.find(({ id }) => id === shown) ?? null

  async function remove({ id: groupId }: UnreadGroup): Promise<void> {
    const { removed } = await call(removeUnread({ path: { id: sourceId, groupId } }))
    setDone(t('hub.removed', { count: removed }))
    await Promise.all(
      [['inbox'], ['unread'], ['unread-groups']].map((queryKey) => queries.invalidateQueries({ queryKey })),
    )
  }

  return (
    <Stack gap="md">
      {room !== undefined && <UnreadRoom room={room} />}
      <PagedTable
        caption={t('hub.tabs.unread')}
        paged={paged}
        rowKey={({ id }) => id}
        empty={{ title: t('hub.nothingUnread'), text: t('hub.nothingUnreadText') }}
        columns={[
          {
            key: 'reason',
            title: t('hub.reason'),
            cell: ({ reason }) => <Text size="sm">{wordsOf(reason)}</Text>,
          },
          {
            key: 'origin',
            title: t('hub.origin'),
            cell: ({ origin }) => (
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                {origin || '–'}
              </Text>
            ),
          },
          {
            key: 'channel',
            title: t('hub.channel'),
            width: 90,
            cell: ({ channel }) => t(`hub.channels.${channel}`, { defaultValue: channel }),
          },
          {
            key: 'messages',
            title: t('hub.messages'),
            width: 110,
            align: 'right',
            cell: (group) => <Counted group={group} />,
          },
          { key: 'last', title: t('hub.last'), width: 120, cell: ({ lastAt }) => <Moment at={lastAt} /> },
          {
            key: 'acts',
            title: t('hub.acts'),
            hidden: true,
            width: 290,
            cell: (group) => (
              <Group gap={4} justify="flex-end" wrap="nowrap">
                <Button
                  size="compact-sm"
                  variant={group === current ? 'light' : 'default'}
                  aria-expanded={group === current}
                  aria-label={t('hub.lookAt', { origin: group.origin })}
                  onClick={() => setShown(group === current ? null : group.id)}
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
                <Button
                  size="compact-sm"
                  variant="subtle"
                  color="red"
                  aria-label={t('hub.removeUnreadOf', { origin: group.origin })}
                  onClick={() => setRemoving(group)}
                >
                  {t('hub.removeUnread')}
                </Button>
              </Group>
            ),
          },
        ]}
      />
      <Text size="sm" role="status">
        {done}
      </Text>
      {current !== null && (
        <UnreadMessages key={current.id} sourceId={sourceId} group={current} {...(onTry !== undefined && { onTry })} />
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
      {removing !== null && (
        <Confirm
          title={t('hub.removeUnreadTitle', { count: removing.kept })}
          action={t('hub.removeUnread')}
          run={() => remove(removing)}
          onClose={() => setRemoving(null)}
        >
          <Text size="sm">{t('hub.removeUnreadText', { origin: removing.origin })}</Text>
        </Confirm>
      )}
    </Stack>
  )
}

/** How many came, and how many of them are kept where these are fewer. */
function Counted({ group: { messages, kept } }: { group: UnreadGroup }): ReactNode {
  const { t, i18n } = useTranslation()
  const shown = (value: number) => value.toLocaleString(i18n.language)
  return (
    <div>
      {shown(messages)}
      {kept < messages && (
        <Text size="xs" c="dimmed">
          {t('hub.latestKept', { count: kept, shown: shown(kept) })}
        </Text>
      )}
    </div>
  )
}
