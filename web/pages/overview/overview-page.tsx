import { Card, Grid, SimpleGrid, Stack, Title } from '@mantine/core'
import { queryOptions, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { showOverview, showStatus } from '../../api/generated/sdk.gen.ts'
import { liveInterval } from '../../api/live.ts'
import { useTerms } from '../../app/terms.ts'
import { Page } from '../../ui/page.tsx'
import { Failed, Loading } from '../../ui/states.tsx'
import { Alarms } from './alarms.tsx'
import { ConnectionCards } from './connection-cards.tsx'
import { Notices } from './notices.tsx'
import { Stuck } from './stuck.tsx'
import { TicketDays } from './ticket-days.tsx'
import { TroublesByClient, TroublesByReason } from './troubles.tsx'

/** While the server tells nothing by itself. */
const liveMs = 10_000

export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: () => call(showStatus()),
  refetchInterval: liveInterval(liveMs),
})

const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: () => call(showOverview({ query: { zone: Intl.DateTimeFormat().resolvedOptions().timeZone } })),
  refetchInterval: liveInterval(liveMs),
})

/** What is wrong now, what became of it lately, and whether both ends are reached. */
export function OverviewPage(): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const overview = useQuery(overviewQuery)
  const status = useQuery(statusQuery)
  const error = overview.error ?? status.error
  if (overview.data === undefined || status.data === undefined) {
    return (
      <Page title={t('nav.overview')}>
        {error === null ? <Loading /> : <Failed error={error} retry={() => void overview.refetch()} />}
      </Page>
    )
  }
  return (
    <Page title={t('nav.overview')} lead={t('overview.lead')}>
      {error !== null && <Failed error={error} />}
      <Notices />
      <Alarms alarms={status.data.alarms} />
      <Stuck stuck={overview.data.stuck} />
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Stack gap="md">
            <Card withBorder>
              <Title order={2} mb="xs">
                {t('overview.days', { tickets: terms?.Tickets })}
              </Title>
              <TicketDays days={overview.data.days} />
            </Card>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <SimpleGrid cols={1}>
            <TroublesByReason reasons={overview.data.reasons} />
          </SimpleGrid>
        </Grid.Col>
        <Grid.Col span={12}>
          <TroublesByClient clients={overview.data.clients} totals={overview.data.totals} />
        </Grid.Col>
      </Grid>
      <ConnectionCards status={status.data} />
    </Page>
  )
}
