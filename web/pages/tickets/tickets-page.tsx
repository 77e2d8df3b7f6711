import { Anchor, Group, SegmentedControl } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { listTickets } from '../../api/generated/sdk.gen.ts'
import { usePaged } from '../../api/paged.ts'
import { useTerms } from '../../app/terms.ts'
import { DebouncedSearch } from '../../ui/debounced-search.tsx'
import { LevelBadge } from '../../ui/level-badge.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Page } from '../../ui/page.tsx'
import { PagedTable } from '../../ui/paged-table.tsx'
import { useFilters } from '../../ui/search-params.ts'
import { TenantSelect } from '../../ui/tenant-select.tsx'
import { TicketState } from './ticket-state.tsx'

const views = ['current', 'waiting', 'open', 'closing', 'stuck', 'done', 'any'] as const
type View = (typeof views)[number]

/** All tickets, newest first, narrowed by what the address says. */
export function TicketsPage(): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const [filters, setFilters] = useFilters()
  const view = (filters.stuck === 'true' ? 'stuck' : (filters.state ?? 'current')) as View
  const { tenantId, computer } = filters
  const paged = usePaged(['tickets', view, tenantId, computer], (cursor) =>
    call(
      listTickets({
        query: {
          limit: 100,
          ...(cursor !== undefined && { cursor }),
          ...(view === 'stuck' && { stuck: 'true' as const }),
          ...(view !== 'stuck' && view !== 'current' && { state: view }),
          ...(tenantId !== undefined && { tenantId: Number(tenantId) }),
          ...(computer !== undefined && { computer }),
        },
      }),
    ),
  )

  function choose(next: string): void {
    setFilters({
      state: next === 'current' || next === 'stuck' ? undefined : next,
      stuck: next === 'stuck' ? 'true' : undefined,
    })
  }

  return (
    <Page title={t('nav.tickets', { ...terms })}>
      <Group gap="xs">
        <SegmentedControl
          size="xs"
          aria-label={t('tickets.view')}
          value={view}
          onChange={choose}
          data={views.map((value) => ({ value, label: t(`tickets.views.${value}`) }))}
        />
        <TenantSelect value={tenantId} onChange={(id) => setFilters({ tenantId: id })} />
        <DebouncedSearch
          label={t('filter.computer')}
          value={computer}
          onChange={(text) => setFilters({ computer: text })}
        />
      </Group>
      <PagedTable
        caption={t('nav.tickets', { ...terms })}
        paged={paged}
        rowKey={({ id }) => id}
        isDimmed={({ state }) => state === 'done'}
        empty={{ title: t('tickets.none'), text: t('tickets.noneText') }}
        columns={[
          { key: 'level', title: t('tickets.level'), width: 110, cell: ({ level }) => <LevelBadge level={level} /> },
          {
            key: 'title',
            title: t('tickets.title'),
            cell: ({ id, title }) => (
              <Anchor component={Link} to={`/tickets/${id}`} size="sm">
                {title}
              </Anchor>
            ),
          },
          { key: 'client', title: t('filter.client'), cell: ({ tenantName }) => tenantName },
          { key: 'computer', title: t('filter.computer'), isWhole: true, cell: ({ computerName }) => computerName },
          { key: 'state', title: t('tickets.state'), width: 160, cell: (ticket) => <TicketState ticket={ticket} /> },
          {
            key: 'number',
            title: t('tickets.number'),
            width: 130,
            cell: ({ deskNumber, link }) =>
              deskNumber === null ? null : link === '' ? (
                deskNumber
              ) : (
                <Anchor href={link} target="_blank" rel="noreferrer" size="sm">
                  {deskNumber}
                </Anchor>
              ),
          },
          {
            key: 'opened',
            title: t('tickets.opened'),
            width: 130,
            cell: ({ openedAt, createdAt }) => <Moment at={openedAt ?? createdAt} />,
          },
        ]}
      />
    </Page>
  )
}
