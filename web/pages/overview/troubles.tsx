import { Anchor, Card, Group, Text, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Overview } from '../../api/generated/types.gen.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { Empty } from '../../ui/states.tsx'

/** What is wrong now, by client: those with most of it first. */
export function TroublesByClient({
  clients,
  totals,
}: {
  clients: Overview['clients']
  totals: Overview['totals']
}): ReactNode {
  const { t } = useTranslation()
  return (
    <Card withBorder>
      <Title order={2} mb="xs">
        {t('overview.byClient')}
      </Title>
      {clients.length === 0 ? (
        <Empty title={t('overview.allWell')}>{t('overview.allWellText')}</Empty>
      ) : (
        <>
          <Group gap="xs" mb="xs">
            <Text size="sm">{t('overview.total', { count: totals.computers, ...totals })}</Text>
            {totals.clients > clients.length && (
              <Text size="sm" c="dimmed">
                {t('overview.mostOf')}
              </Text>
            )}
            <Anchor component={Link} to="/conditions" size="sm">
              {t('overview.showAll')}
            </Anchor>
          </Group>
          <DataTable
            caption={t('overview.byClient')}
            rows={clients}
            rowKey={({ tenantId }) => tenantId}
            isDimmed={({ mapped }) => !mapped}
            columns={[
              {
                key: 'name',
                title: t('overview.client'),
                cell: ({ tenantId, name, mapped }) => (
                  <Group gap="xs">
                    <Anchor component={Link} to={`/conditions?tenantId=${tenantId}`} size="sm">
                      {name}
                    </Anchor>
                    {!mapped && t('overview.notMapped')}
                  </Group>
                ),
              },
              {
                key: 'critical',
                title: t('level.critical'),
                width: 110,
                align: 'right',
                cell: ({ critical }) => critical,
              },
              { key: 'warning', title: t('level.warning'), width: 110, align: 'right', cell: ({ warning }) => warning },
              {
                key: 'computers',
                title: t('overview.computers'),
                width: 110,
                align: 'right',
                cell: ({ computers }) => computers,
              },
            ]}
          />
        </>
      )}
    </Card>
  )
}

/** What is wrong now, by reason. */
export function TroublesByReason({ reasons }: { reasons: Overview['reasons'] }): ReactNode {
  const { t } = useTranslation()
  return (
    <Card withBorder>
      <Title order={2} mb="xs">
        {t('overview.byReason')}
      </Title>
      {reasons.length === 0 ? (
        <Empty title={t('overview.allWell')} />
      ) : (
        <DataTable
          caption={t('overview.byReason')}
          rows={reasons.slice(0, 8)}
          rowKey={({ statusKey }) => statusKey}
          columns={[
            {
              key: 'title',
              title: t('overview.reason'),
              cell: ({ statusKey, title }) => (
                <Anchor component={Link} to={`/conditions?statusKey=${encodeURIComponent(statusKey)}`} size="sm">
                  {title}
                </Anchor>
              ),
            },
            {
              key: 'critical',
              title: t('level.critical'),
              width: 90,
              align: 'right',
              cell: ({ critical }) => critical,
            },
            { key: 'warning', title: t('level.warning'), width: 90, align: 'right', cell: ({ warning }) => warning },
          ]}
        />
      )}
    </Card>
  )
}
