import { Anchor, Badge, Stack, Tabs, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Connection, ConnectorList } from '../../api/generated/types.gen.ts'
import { NotFound } from '../../app/not-found.tsx'
import { useMay } from '../../app/session.ts'
import { LeaveGuard } from '../../forms/leave-guard.tsx'
import { Page } from '../../ui/page.tsx'
import { useFilters } from '../../ui/search-params.ts'
import { Failed, Loading } from '../../ui/states.tsx'
import { connectionsQuery, connectorsQuery } from '../connections/connection-kinds.ts'
import { totalOf, useInbox } from './hub-queries.ts'
import { InboxState } from './inbox.tsx'
import { Listeners } from './listeners.tsx'
import { MailReading } from './mail-reading.tsx'
import { Senders } from './senders.tsx'
import { StatusEnd } from './status-end.tsx'
import { Unread } from './unread.tsx'
import { useChannels } from './use-channels.ts'

type SourceConnector = ConnectorList['sources'][number]

/** A source that is never asked: what it has sent, who may send, and the ways in. */
export function HubPage(): ReactNode {
  const { t } = useTranslation()
  const { id } = useParams({ strict: false }) as { id: string }
  const sources = useQuery(connectionsQuery('source'))
  const connectors = useQuery(connectorsQuery)
  const error = sources.error ?? connectors.error
  if (sources.data === undefined || connectors.data === undefined) {
    return (
      <Page title={t('hub.title')}>
        {error === null ? <Loading /> : <Failed error={error} retry={() => void sources.refetch()} />}
      </Page>
    )
  }
  const source = sources.data.find((one) => String(one.id) === id)
  const connector = connectors.data.sources.find((one) => one.id === source?.connector)
  if (source === undefined || connector?.pushed !== true) return <NotFound />
  return <Hub key={source.id} source={source} connector={connector} />
}

function Hub({ source, connector }: { source: Connection; connector: SourceConnector }): ReactNode {
  const { t, i18n } = useTranslation()
  const mayRead = useMay('operator')
  const maySet = useMay('administrator')
  const [filters, setFilters] = useFilters()
  const [pasted, setPasted] = useState('')
  const inbox = useInbox(source.id)
  const edited = useChannels(source.id, mayRead)
  const tabs = [
    'inbox',
    ...(mayRead ? ['unread'] : []),
    ...(maySet ? ['senders'] : []),
    ...(mayRead ? ['listeners', 'mail'] : []),
  ]
  const tab = tabs.find((one) => one === filters.tab) ?? 'inbox'
  const unread = inbox.first === undefined ? 0 : totalOf(inbox.first)
  const { channels } = edited
  const ofChannels =
    channels === undefined &&
    (edited.error === null ? <Loading /> : <Failed error={edited.error} retry={edited.again} />)
  return (
    <Page
      title={t('hub.titleOf', { name: source.name })}
      lead={
        <>
          <Anchor component={Link} to={`/connections/source/${source.id}`} size="sm" underline="always">
            {t('hub.toConnection')}
          </Anchor>{' '}
          · {t('hub.lead', { connector: connector.name })}
        </>
      }
    >
      <LeaveGuard unsaved={edited.unsaved} />
      <Tabs
        value={tab}
        onChange={(next) => setFilters({ tab: next === null || next === 'inbox' ? undefined : next })}
        keepMounted={false}
      >
        <Tabs.List>
          {tabs.map((one) => (
            <Tabs.Tab
              key={one}
              value={one}
              rightSection={
                one === 'unread' && unread > 0 ? (
                  <Badge size="sm" color="yellow" variant="light">
                    {unread.toLocaleString(i18n.language)}
                  </Badge>
                ) : undefined
              }
            >
              {t(`hub.tabs.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="inbox" pt="md">
          <InboxState
            sourceId={source.id}
            paged={inbox}
            {...(mayRead && { toUnread: `/connections/source/${source.id}/hub?tab=unread` })}
          />
        </Tabs.Panel>
        <Tabs.Panel value="unread" pt="md">
          <Unread
            sourceId={source.id}
            {...(inbox.first !== undefined && { room: inbox.first.unreadRoom })}
            onTry={(raw) => {
              setPasted(raw)
              setFilters({ tab: 'mail' })
            }}
          />
        </Tabs.Panel>
        <Tabs.Panel value="senders" pt="md">
          <Senders sourceId={source.id} />
        </Tabs.Panel>
        <Tabs.Panel value="listeners" pt="md">
          <Stack gap="md">
            <StatusEnd
              source={source}
              fields={connector.settings}
              namesAll={channels?.syslog?.statusNamesAll ?? false}
            />
            {!maySet && (
              <Text size="sm" c="dimmed">
                {t('hub.readOnly')}
              </Text>
            )}
            {channels === undefined ? (
              ofChannels
            ) : (
              <Listeners sourceId={source.id} edited={edited} channels={channels} catalogue={connector.catalogue} />
            )}
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="mail" pt="md">
          {channels === undefined ? (
            ofChannels
          ) : (
            <MailReading
              sourceId={source.id}
              edited={edited}
              channels={channels}
              pasted={pasted}
              onPasted={setPasted}
            />
          )}
        </Tabs.Panel>
      </Tabs>
    </Page>
  )
}
