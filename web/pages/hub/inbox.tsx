import { Alert, Anchor, Badge, Card, Group, SimpleGrid, Stack, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Inbox } from '../../api/generated/types.gen.ts'
import type { Paged } from '../../api/paged.ts'
import { Moment } from '../../ui/moment.tsx'
import { PagedTable } from '../../ui/paged-table.tsx'
import type { Company } from './hub-queries.ts'
import { LeftOut } from './left-out.tsx'
import { UnreadRoom } from './unread-room.tsx'
import { Unsettled } from './unsettled.tsx'

/** What waits, what nobody could read, and every company with the last that was heard of it. */
export function InboxState({
  sourceId,
  paged,
  toUnread,
}: {
  sourceId: number
  paged: Paged<Company, Inbox>
  /** Where those who may can read them. */
  toUnread?: string
}): ReactNode {
  const { t, i18n } = useTranslation()
  const { first } = paged
  const count = (value: number) => value.toLocaleString(i18n.language)
  return (
    <Stack gap="md">
      {first !== undefined && <Figures inbox={first} {...(toUnread !== undefined && { toUnread })} />}
      {first !== undefined && <Unsettled sourceId={sourceId} counts={first.unsettled} />}
      <PagedTable
        caption={t('hub.companies')}
        paged={paged}
        rowKey={({ tenantId }) => tenantId}
        empty={{ title: t('hub.silent'), text: t('hub.silentText') }}
        columns={[
          {
            key: 'company',
            title: t('hub.company'),
            cell: ({ key, name, mapped }) => (
              <div>
                <Group gap={6}>
                  <Text size="sm" fw={600}>
                    {name}
                  </Text>
                  {!mapped && (
                    <Anchor component={Link} to="/accounts?view=not-mapped" size="xs">
                      <Badge size="sm" color="yellow" variant="light" style={{ cursor: 'pointer' }}>
                        {t('hub.notMapped')}
                      </Badge>
                    </Anchor>
                  )}
                </Group>
                {key !== name && (
                  <Text size="xs" c="dimmed">
                    {key}
                  </Text>
                )}
              </div>
            ),
          },
          {
            key: 'waiting',
            title: t('hub.waits'),
            width: 90,
            align: 'right',
            cell: ({ waiting }) => count(waiting),
          },
          {
            key: 'computers',
            title: t('hub.computers'),
            width: 110,
            align: 'right',
            cell: ({ computers }) => count(computers),
          },
          { key: 'events', title: t('hub.events'), width: 90, align: 'right', cell: ({ events }) => count(events) },
          {
            key: 'mailboxes',
            title: t('hub.mailboxes'),
            width: 110,
            align: 'right',
            cell: ({ mailboxes }) => (mailboxes === null ? '–' : count(mailboxes)),
          },
          {
            key: 'listed',
            title: t('hub.lastList'),
            width: 200,
            cell: (company) => (
              <div>
                <Moment at={company.listedAt} />
                <LeftOut company={company} />
              </div>
            ),
          },
          { key: 'heard', title: t('hub.heard'), width: 130, cell: ({ heardAt }) => <Moment at={heardAt} /> },
        ]}
      />
    </Stack>
  )
}

/** Half of the room is taken: senders will be pushed back soon. */
const fillsUp = 0.5

function Figures({ inbox, toUnread }: { inbox: Inbox; toUnread?: string }): ReactNode {
  const { t, i18n } = useTranslation()
  const { waiting, mostWaiting, oldestAt, unreadTotal } = inbox
  const { unknown, illegible } = unreadTotal
  const count = (value: number) => value.toLocaleString(i18n.language)
  return (
    <>
      {waiting > mostWaiting * fillsUp && (
        <Alert color={waiting >= mostWaiting ? 'red' : 'yellow'} role="status">
          {t(waiting >= mostWaiting ? 'hub.isFull' : 'hub.fillsUp', { most: count(mostWaiting) })}
        </Alert>
      )}
      <UnreadRoom room={inbox.unreadRoom} />
      <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm">
        <Figure title={t('hub.waiting')} value={count(waiting)}>
          {oldestAt === null ? (
            t('hub.nothingWaits')
          ) : (
            <>
              {t('hub.oldest')} <Moment at={oldestAt} />
            </>
          )}
        </Figure>
        <Figure title={t('hub.unknown')} value={count(unknown.messages)}>
          {unknown.groups === 0 ? (
            t('hub.noUnknown')
          ) : (
            <Origins count={unknown.groups} {...(toUnread !== undefined && { to: toUnread })} />
          )}
        </Figure>
        <Figure title={t('hub.illegible')} value={count(illegible.messages)}>
          {illegible.groups === 0 ? (
            t('hub.allRead')
          ) : (
            <Origins count={illegible.groups} {...(toUnread !== undefined && { to: toUnread })} />
          )}
        </Figure>
      </SimpleGrid>
    </>
  )
}

function Origins({ count, to }: { count: number; to?: string }): ReactNode {
  const { t } = useTranslation()
  const words = t('hub.ofOrigins', { count })
  return to === undefined ? (
    words
  ) : (
    <Anchor component={Link} to={to} size="xs" underline="always">
      {words}
    </Anchor>
  )
}

function Figure({ title, value, children }: { title: string; value: string; children: ReactNode }): ReactNode {
  return (
    <Card withBorder padding="sm">
      <Text size="xs" c="dimmed">
        {title}
      </Text>
      <Text size="xl" fw={600}>
        {value}
      </Text>
      <Text size="xs" c="dimmed" component="div">
        {children}
      </Text>
    </Card>
  )
}
