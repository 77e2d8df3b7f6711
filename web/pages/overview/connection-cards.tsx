import { Anchor, Badge, Card, Group, Progress, SimpleGrid, Stack, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { ShowStatusResponse } from '../../api/generated/types.gen.ts'
import { Fact } from '../../ui/fact.tsx'
import { Moment } from '../../ui/moment.tsx'

type Status = ShowStatusResponse
type Duty = Status['duties'][number]

/** Sources and desks: whether they are reached, when they last were, what is stuck and why. */
export function ConnectionCards({ status }: { status: Status }): ReactNode {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 3, xl: 5 }}>
      {status.sources.map((source) => (
        <SourceCard key={source.id} source={source} />
      ))}
      {status.psas.map((psa) => (
        <PsaCard key={psa.id} psa={psa} />
      ))}
    </SimpleGrid>
  )
}

function SourceCard({ source }: { source: Status['sources'][number] }): ReactNode {
  const { t } = useTranslation()
  const poll = source.duties.find(({ kind }) => kind === 'poll-computers')
  const events = source.duties.find(({ kind }) => kind === 'poll-events')
  return (
    <Frame name={source.name} kind={t('overview.source')} problem={source.problem} duties={source.duties}>
      <Fact title={t('overview.lastPoll')}>
        <Moment at={poll?.lastGoodAt ?? null} />
      </Fact>
      {events !== undefined && (
        <Fact title={t('overview.lastEvents')}>
          <Moment at={events.lastGoodAt} />
        </Fact>
      )}
      <Fact title={t('overview.tenants')}>
        {t('overview.tenantsMapped', { mapped: source.tenants.mapped, total: source.tenants.total })}
      </Fact>
      {source.tenants.failing > 0 && <Fact title={t('overview.tenantsFailing')}>{source.tenants.failing}</Fact>}
      {source.tenants.vanished > 0 && <Fact title={t('overview.tenantsVanished')}>{source.tenants.vanished}</Fact>}
    </Frame>
  )
}

function PsaCard({ psa }: { psa: Status['psas'][number] }): ReactNode {
  const { t } = useTranslation()
  const { used, perHour } = psa.budget
  const reading = psa.duties.find(({ kind }) => kind === 'read-changes')
  const held = psa.heldUntil === null ? null : (psa.heldFailure?.message ?? '')
  return (
    <Frame name={psa.name} kind={t('overview.psa')} problem={psa.problem ?? held} duties={psa.duties}>
      <Fact title={t('overview.lastReading')}>
        <Moment at={reading?.lastGoodAt ?? null} />
      </Fact>
      <Fact title={t('overview.openTickets')}>{psa.tickets.open}</Fact>
      {psa.tickets.waiting > 0 && <Fact title={t('overview.waiting')}>{psa.tickets.waiting}</Fact>}
      {psa.backlog.total > 0 && psa.backlog.emptyAt !== null && (
        <Fact title={t('overview.doneBy')}>
          <Moment at={psa.backlog.emptyAt} />
        </Fact>
      )}
      <Fact title={t('overview.due')}>{psa.tickets.due}</Fact>
      <Fact title={t('overview.stuck')}>
        {psa.tickets.stuck === 0 ? (
          0
        ) : (
          <Anchor component={Link} to="/tickets?stuck=true" size="sm" c="red">
            {psa.tickets.stuck}
          </Anchor>
        )}
      </Fact>
      {perHour !== null && (
        <Stack gap={2}>
          <Fact title={t('overview.budget')}>{t('overview.budgetUsed', { used, perHour })}</Fact>
          <Progress
            size="xs"
            value={(100 * used) / perHour}
            color={used > perHour * 0.9 ? 'red' : 'tocsin'}
            aria-label={t('overview.budget')}
          />
        </Stack>
      )}
    </Frame>
  )
}

function Frame({
  name,
  kind,
  problem,
  duties,
  children,
}: {
  name: string
  kind: string
  problem: string | null
  duties: readonly Duty[]
  children: ReactNode
}): ReactNode {
  const { t } = useTranslation()
  const failing = duties.find(({ failures }) => failures > 0)
  const words = problem ?? failing?.failure?.message ?? null
  return (
    <Card withBorder component="section" aria-label={`${kind} ${name}`}>
      <Group justify="space-between" wrap="nowrap" mb="xs">
        <Stack gap={0} miw={0}>
          <Text size="xs" c="dimmed">
            {kind}
          </Text>
          <Text fw={600} truncate>
            {name}
          </Text>
        </Stack>
        <Badge color={words === null ? 'teal' : 'red'} variant="light">
          {t(words === null ? 'overview.reached' : 'overview.trouble')}
        </Badge>
      </Group>
      <Stack gap={4}>{children}</Stack>
      {words !== null && (
        <Text size="sm" mt="xs" lineClamp={3} title={words}>
          {words}
        </Text>
      )}
    </Card>
  )
}
