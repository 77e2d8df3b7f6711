import { Anchor, Button, Group } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { listEvents } from '../../api/generated/sdk.gen.ts'
import type { Event } from '../../api/generated/types.gen.ts'
import { usePaged } from '../../api/paged.ts'
import { useTerms } from '../../app/terms.ts'
import type { Column } from '../../ui/data-table.tsx'
import { DebouncedSearch } from '../../ui/debounced-search.tsx'
import { LevelBadge } from '../../ui/level-badge.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Page } from '../../ui/page.tsx'
import { PagedTable } from '../../ui/paged-table.tsx'
import { useFilters } from '../../ui/search-params.ts'
import { TenantSelect } from '../../ui/tenant-select.tsx'
import { EventWhy } from '../conditions/condition-why.tsx'

/** Events that were read, newest first. */
export function EventsPage(): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const [filters, setFilters] = useFilters()
  const [asked, setAsked] = useState<number | null>(null)
  const { tenantId, computer } = filters
  const paged = usePaged(['events', tenantId, computer], (cursor) =>
    call(
      listEvents({
        query: {
          limit: 100,
          ...(cursor !== undefined && { cursor }),
          ...(tenantId !== undefined && { tenantId: Number(tenantId) }),
          ...(computer !== undefined && { computer }),
        },
      }),
    ),
  )
  const columns: readonly Column<Event>[] = [
    {
      key: 'severity',
      title: t('events.severity'),
      width: 150,
      cell: ({ severity }) => <LevelBadge level={severity} />,
    },
    { key: 'type', title: t('events.type'), cell: ({ typeName }) => typeName },
    { key: 'computer', title: t('filter.computer'), isWhole: true, cell: ({ computerName }) => computerName },
    { key: 'client', title: t('filter.client'), cell: ({ tenantName }) => tenantName },
    { key: 'at', title: t('events.happened'), width: 130, cell: ({ happenedAt }) => <Moment at={happenedAt} /> },
    {
      key: 'ticket',
      title: t('conditions.ticket', { ...terms }),
      width: 110,
      cell: ({ ticketId }) =>
        ticketId === null ? null : (
          <Anchor component={Link} to={`/tickets/${ticketId}`} size="sm">
            {t('events.show')}
          </Anchor>
        ),
    },
    {
      key: 'why',
      title: t('conditions.why'),
      hidden: true,
      width: 90,
      cell: ({ id, typeName, computerName }) => (
        <Button
          size="compact-xs"
          variant="subtle"
          aria-label={t('conditions.whyOf', { title: typeName, computer: computerName })}
          onClick={() => setAsked(id)}
        >
          {t('conditions.why')}
        </Button>
      ),
    },
  ]
  return (
    <Page title={t('nav.events')} lead={t('events.lead')}>
      <Group gap="xs">
        <TenantSelect value={tenantId} onChange={(id) => setFilters({ tenantId: id })} />
        <DebouncedSearch
          label={t('filter.computer')}
          value={computer}
          onChange={(text) => setFilters({ computer: text })}
        />
      </Group>
      <PagedTable
        caption={t('nav.events')}
        paged={paged}
        rowKey={({ id }) => id}
        columns={columns}
        empty={{ title: t('events.none'), text: t('events.noneText') }}
      />
      {asked !== null && <EventWhy id={asked} onClose={() => setAsked(null)} />}
    </Page>
  )
}
