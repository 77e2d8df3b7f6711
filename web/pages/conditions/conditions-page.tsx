import { Anchor, Button, Group, SegmentedControl } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { listConditions } from '../../api/generated/sdk.gen.ts'
import type { Condition } from '../../api/generated/types.gen.ts'
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
import { ConditionWhy } from './condition-why.tsx'

const views = ['holding', 'ended', 'any'] as const

/** Every status description that holds on a computer, and “why is there (no) ticket for this?” for each. */
export function ConditionsPage(): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const [filters, setFilters] = useFilters()
  const [asked, setAsked] = useState<number | null>(null)
  const { tenantId, computer, statusKey, level } = filters
  const state = views.find((view) => view === filters.state) ?? 'holding'
  const paged = usePaged(['conditions', state, tenantId, computer, statusKey, level], (cursor) =>
    call(
      listConditions({
        query: {
          limit: 100,
          state,
          ...(cursor !== undefined && { cursor }),
          ...(tenantId !== undefined && { tenantId: Number(tenantId) }),
          ...(computer !== undefined && { computer }),
          ...(statusKey !== undefined && { statusKey }),
          ...((level === 'warning' || level === 'critical') && { level }),
        },
      }),
    ),
  )
  const columns: readonly Column<Condition>[] = [
    { key: 'level', title: t('tickets.level'), width: 110, cell: (row) => <LevelBadge level={row.level} /> },
    { key: 'reason', title: t('overview.reason'), cell: ({ title }) => title },
    { key: 'computer', title: t('filter.computer'), isWhole: true, cell: ({ computerName }) => computerName },
    { key: 'client', title: t('filter.client'), cell: ({ tenantName }) => tenantName },
    { key: 'began', title: t('conditions.began'), width: 130, cell: ({ beganAt }) => <Moment at={beganAt} /> },
    {
      key: 'ticket',
      title: t('conditions.ticket', { ...terms }),
      width: 150,
      cell: ({ ticket }) =>
        ticket === null ? null : (
          <Anchor component={Link} to={`/tickets/${ticket.id}`} size="sm">
            {ticket.deskNumber ?? t(`tickets.states.${ticket.state}`)}
          </Anchor>
        ),
    },
    {
      key: 'why',
      title: t('conditions.why'),
      hidden: true,
      width: 90,
      cell: ({ id, title, computerName }) => (
        <Button
          size="compact-xs"
          variant="subtle"
          aria-label={t('conditions.whyOf', { title, computer: computerName })}
          onClick={() => setAsked(id)}
        >
          {t('conditions.why')}
        </Button>
      ),
    },
  ]
  return (
    <Page title={t('nav.conditions')} lead={t('conditions.lead')}>
      <Group gap="xs">
        <SegmentedControl
          size="xs"
          aria-label={t('tickets.view')}
          value={state}
          onChange={(next) => setFilters({ state: next === 'holding' ? undefined : next })}
          data={views.map((value) => ({ value, label: t(`conditions.views.${value}`) }))}
        />
        <TenantSelect value={tenantId} onChange={(id) => setFilters({ tenantId: id })} />
        <DebouncedSearch
          label={t('filter.computer')}
          value={computer}
          onChange={(text) => setFilters({ computer: text })}
        />
        {statusKey !== undefined && (
          <Button size="xs" variant="light" onClick={() => setFilters({ statusKey: undefined })}>
            {t('filter.reason', { reason: paged.rows?.[0]?.title ?? statusKey })}
          </Button>
        )}
      </Group>
      <PagedTable
        caption={t('nav.conditions')}
        paged={paged}
        rowKey={({ id }) => id}
        columns={columns}
        empty={{ title: t('overview.allWell'), text: t('overview.allWellText') }}
      />
      {asked !== null && <ConditionWhy id={asked} onClose={() => setAsked(null)} />}
    </Page>
  )
}
