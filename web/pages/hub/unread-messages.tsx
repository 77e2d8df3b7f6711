import { Button, Card, Code, Group, Stack, Table, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { listUnread, showUnread } from '../../api/generated/sdk.gen.ts'
import type { UnreadList } from '../../api/generated/types.gen.ts'
import { usePaged } from '../../api/paged.ts'
import { Moment } from '../../ui/moment.tsx'
import { Empty, Failed, Loading } from '../../ui/states.tsx'
import type { UnreadGroup } from './hub-queries.ts'
import { messageOf } from './message-of.ts'
import { useReasonWords } from './use-reason-words.ts'

type Message = UnreadList['items'][number]

/** The messages themselves, the latest first: when, why, what they name, and as they came. */
export function UnreadMessages({
  sourceId,
  group: { id: groupId, reason, origin },
  onTry,
}: {
  sourceId: number
  group: UnreadGroup
  onTry?: (raw: string) => void
}): ReactNode {
  const { t } = useTranslation()
  const wordsOf = useReasonWords()
  const paged = usePaged(['unread', sourceId, groupId], (before) =>
    call(
      listUnread({
        path: { id: sourceId },
        query: { groupId, limit: 20, ...(before !== undefined && { before }) },
      }),
    ),
  )
  const { rows, error } = paged
  return (
    <Card withBorder component="section" aria-label={t('hub.messagesOf', { origin })}>
      <Stack gap="sm">
        <Title order={2}>
          {wordsOf(reason)}: {origin || '–'}
        </Title>
        {rows === undefined && (error === null ? <Loading /> : <Failed error={error} retry={paged.again} />)}
        {rows?.length === 0 && <Empty title={t('hub.noMessages')} />}
        {rows?.map((message) => (
          <ShownMessage
            key={message.id}
            sourceId={sourceId}
            message={message}
            {...(onTry !== undefined && { onTry })}
          />
        ))}
        {paged.hasMore && (
          <Group>
            <Button size="xs" variant="default" loading={paged.isLoadingMore} onClick={paged.loadMore}>
              {t('table.more')}
            </Button>
          </Group>
        )}
      </Stack>
    </Card>
  )
}

function ShownMessage({
  sourceId,
  message,
  onTry,
}: {
  sourceId: number
  message: Message
  onTry?: (raw: string) => void
}): ReactNode {
  const { t } = useTranslation()
  const [isWhole, setIsWhole] = useState(false)
  const whole = useQuery({
    queryKey: ['unread-message', sourceId, message.id],
    queryFn: () => call(showUnread({ path: { id: sourceId, messageId: message.id } })),
    enabled: isWhole,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const { raw: beginning, fields, isCut } = messageOf(message.message)
  const raw = whole.data?.text ?? beginning
  return (
    <Card withBorder padding="sm" component="article">
      <Stack gap="xs">
        <Group justify="space-between" align="flex-start" wrap="nowrap" gap="xs">
          <Text size="sm">{message.detail}</Text>
          <Text size="xs" c="dimmed" component="div" style={{ whiteSpace: 'nowrap' }}>
            <Moment at={message.receivedAt} />
          </Text>
        </Group>
        <Code
          block
          tabIndex={0}
          role="region"
          aria-label={t('hub.asItCame')}
          style={{ maxHeight: 220, overflow: 'auto', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
        >
          {raw === '' ? t('hub.noText') : raw}
        </Code>
        {isCut && whole.data === undefined && (
          <Group gap="xs">
            <Text size="sm" c="dimmed">
              {t('hub.beginningShown')}
            </Text>
            <Button size="compact-sm" variant="default" loading={whole.isFetching} onClick={() => setIsWhole(true)}>
              {t('hub.showWhole')}
            </Button>
          </Group>
        )}
        {whole.error !== null && <Failed error={whole.error} retry={() => void whole.refetch()} />}
        {fields.length > 0 && (
          <details>
            <summary>
              <Text span size="sm">
                {t('hub.namedFields', { count: fields.length })}
              </Text>
            </summary>
            <Table variant="vertical" layout="fixed" verticalSpacing={4} mt="xs">
              <Table.Tbody>
                {fields.map(({ name, value }) => (
                  <Table.Tr key={`${name} ${value}`}>
                    <Table.Th w={160} fw={400} c="dimmed" scope="row" style={{ overflowWrap: 'anywhere' }}>
                      {name}
                    </Table.Th>
                    <Table.Td style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>{value}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </details>
        )}
        {onTry !== undefined && message.channel === 'mail' && raw !== '' && (
          <Group>
            <Button size="compact-sm" variant="default" onClick={() => onTry(raw)}>
              {t('hub.tryThis')}
            </Button>
          </Group>
        )}
      </Stack>
    </Card>
  )
}
