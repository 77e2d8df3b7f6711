import { Anchor, Card, Text, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Overview } from '../../api/generated/types.gen.ts'
import { useTerms } from '../../app/terms.ts'
import { DataTable } from '../../ui/data-table.tsx'

/** What stopped until a person helps, and why, in the desk's own words. Nothing stuck: nothing shown. */
export function Stuck({ stuck }: { stuck: Overview['stuck'] }): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  if (stuck.length === 0) return null
  const title = t('overview.stuckTitle', { ...terms })
  return (
    <Card withBorder>
      <Title order={2} mb="xs">
        {title}
      </Title>
      <DataTable
        caption={title}
        rows={stuck}
        rowKey={({ psaId, reason }) => `${psaId} ${reason}`}
        columns={[
          {
            key: 'why',
            title: t('overview.reason'),
            cell: ({ message, reason, ticketId }) => (
              <Anchor component={Link} to={`/tickets/${ticketId}`} size="sm">
                {message === '' ? reason : message}
              </Anchor>
            ),
          },
          {
            key: 'desk',
            title: t('overview.psa'),
            width: 200,
            cell: ({ psaName }) => <Text size="sm">{psaName}</Text>,
          },
          {
            key: 'count',
            title: t('nav.tickets', { ...terms }),
            width: 110,
            align: 'right',
            cell: ({ count }) => (
              <Anchor component={Link} to="/tickets?stuck=true" size="sm">
                {count}
              </Anchor>
            ),
          },
        ]}
      />
    </Card>
  )
}
