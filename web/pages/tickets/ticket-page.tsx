import { Alert, Anchor, Button, Card, Code, Grid, Stack, Text, Title } from '@mantine/core'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { retryTicket, showTicket } from '../../api/generated/sdk.gen.ts'
import type { TicketStory } from '../../api/generated/types.gen.ts'
import { liveInterval } from '../../api/live.ts'
import { useMay } from '../../app/session.ts'
import { Fact } from '../../ui/fact.tsx'
import { LevelBadge } from '../../ui/level-badge.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Page } from '../../ui/page.tsx'
import { Failed, Loading } from '../../ui/states.tsx'
import { GiveUp } from './give-up.tsx'
import { TicketLife } from './ticket-life.tsx'
import { TicketState } from './ticket-state.tsx'

const ticketQuery = (id: number) =>
  queryOptions({
    queryKey: ['ticket', id],
    queryFn: () => call(showTicket({ path: { id } })),
    refetchInterval: liveInterval(10_000),
  })

/** One ticket with its whole life: what was seen, what was decided and why, every call to the desk and its answer. */
export function TicketPage(): ReactNode {
  const { t } = useTranslation()
  const { id } = useParams({ strict: false }) as { id: string }
  const { data, error, refetch } = useQuery(ticketQuery(Number(id)))
  if (data === undefined) {
    return (
      <Page title={t('ticket.title')}>
        {error === null ? <Loading /> : <Failed error={error} retry={() => void refetch()} />}
      </Page>
    )
  }
  const { ticket } = data
  return (
    <Page title={ticket.title} lead={`${ticket.tenantName} · ${ticket.computerName}`} actions={<Acts story={data} />}>
      {error !== null && <Failed error={error} />}
      {ticket.failure !== null && (
        <Alert color={ticket.stuck ? 'red' : 'yellow'} title={t(ticket.stuck ? 'ticket.stuckTitle' : 'ticket.failing')}>
          {ticket.failure.message}
          {ticket.nextTryAt !== null && (
            <Text size="sm">
              {t('ticket.nextTry')} <Moment at={ticket.nextTryAt} />
            </Text>
          )}
        </Alert>
      )}
      {ticket.released && <Alert color="blue">{t('ticket.released')}</Alert>}
      <Grid>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Facts story={data} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 8 }}>
          <TicketLife story={data} />
        </Grid.Col>
      </Grid>
    </Page>
  )
}

function Acts({ story }: { story: TicketStory }): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const mayAct = useMay('operator')
  const [isAsking, setAsking] = useState(false)
  const { id, state } = story.ticket
  const retrying = useMutation({
    mutationFn: () => call(retryTicket({ path: { id }, body: { presentSettings: true } })),
    onSuccess: (fresh) => queries.setQueryData(ticketQuery(id).queryKey, fresh),
  })
  if (!mayAct || state === 'done') return null
  return (
    <>
      {retrying.error !== null && (
        <Text size="sm" c="red" role="alert">
          {retrying.error.message}
        </Text>
      )}
      <Button loading={retrying.isPending} onClick={() => retrying.mutate()}>
        {t('ticket.retry')}
      </Button>
      <Button variant="default" onClick={() => setAsking(true)}>
        {t('ticket.giveUp')}
      </Button>
      {isAsking && <GiveUp id={id} onClose={() => setAsking(false)} />}
    </>
  )
}

function Facts({ story }: { story: TicketStory }): ReactNode {
  const { t } = useTranslation()
  const { ticket, reference, condition, event, description } = story
  const said = condition?.text ?? event?.text ?? ''
  return (
    <Stack gap="md">
      <Card withBorder>
        <Stack gap={6}>
          <Fact title={t('tickets.level')}>
            <LevelBadge level={ticket.level} />
          </Fact>
          <Fact title={t('tickets.state')}>
            <TicketState ticket={ticket} />
          </Fact>
          <Fact title={t('tickets.number')}>
            {ticket.link === '' ? (
              (ticket.deskNumber ?? '–')
            ) : (
              <Anchor href={ticket.link} target="_blank" rel="noreferrer" size="sm">
                {ticket.deskNumber ?? t('ticket.atDesk')}
              </Anchor>
            )}
          </Fact>
          <Fact title={t('tickets.opened')}>{ticket.openedAt === null ? '–' : <Moment at={ticket.openedAt} />}</Fact>
          <Fact title={t('ticket.closed')}>{ticket.closedAt === null ? '–' : <Moment at={ticket.closedAt} />}</Fact>
          <Fact title={t('ticket.reference')}>
            <Code>{reference}</Code>
          </Fact>
          {condition !== null && condition.link !== '' && (
            <Anchor href={condition.link} target="_blank" rel="noreferrer" size="sm">
              {t('ticket.atSource')}
            </Anchor>
          )}
        </Stack>
      </Card>
      <Card withBorder>
        <Title order={2} mb="xs">
          {t('ticket.text')}
        </Title>
        <Text size="sm" style={{ whiteSpace: 'pre-wrap' }}>
          {description}
        </Text>
        {!description.includes(said) && (
          <Text size="sm" c="dimmed" mt="xs">
            {said}
          </Text>
        )}
      </Card>
    </Stack>
  )
}
