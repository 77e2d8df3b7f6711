import { Anchor, Drawer, List, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { explainCondition, explainEvent } from '../../api/generated/sdk.gen.ts'
import type { ConditionExplanation, EventExplanation } from '../../api/generated/types.gen.ts'
import { Moment } from '../../ui/moment.tsx'
import { Failed, Loading } from '../../ui/states.tsx'

/** The answer to “why is there (no) ticket for this?”, for a condition. */
export function ConditionWhy({ id, onClose }: { id: number; onClose(): void }): ReactNode {
  const { data, error } = useQuery({
    queryKey: ['why-condition', id],
    queryFn: () => call(explainCondition({ path: { id } })),
  })
  return <Why answer={data} error={error} onClose={onClose} />
}

/** The same for an event. */
export function EventWhy({ id, onClose }: { id: number; onClose(): void }): ReactNode {
  const { data, error } = useQuery({ queryKey: ['why-event', id], queryFn: () => call(explainEvent({ path: { id } })) })
  return <Why answer={data} error={error} onClose={onClose} />
}

function Why({
  answer,
  error,
  onClose,
}: {
  answer: ConditionExplanation | EventExplanation | undefined
  error: unknown
  onClose(): void
}): ReactNode {
  const { t } = useTranslation()
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="md"
      title={t('why.title')}
      closeButtonProps={{ 'aria-label': t('confirm.close') }}
    >
      {answer === undefined ? error === null ? <Loading /> : <Failed error={error} /> : <Answer answer={answer} />}
    </Drawer>
  )
}

function Answer({ answer }: { answer: ConditionExplanation | EventExplanation }): ReactNode {
  const { t } = useTranslation()
  const { subject, decision, now, ticket } = answer
  return (
    <Stack gap="sm">
      <div>
        <Text fw={600}>{'title' in subject ? subject.title : subject.typeName}</Text>
        <Text size="sm" c="dimmed">
          {subject.computerName} · {subject.tenantName}
        </Text>
      </div>
      <Text size="sm">{answer.answer}</Text>
      {ticket !== null && (
        <Anchor component={Link} to={`/tickets/${ticket.id}`} size="sm">
          {ticket.title}
        </Anchor>
      )}
      {decision !== null && (
        <Text size="xs" c="dimmed" component="div">
          {t('why.decided')} <Moment at={decision.at} />
        </Text>
      )}
      <Title order={3}>{t('why.now')}</Title>
      <List size="sm">
        <List.Item>{t(now.mapped ? 'why.mapped' : 'why.notMapped')}</List.Item>
        <List.Item>{t(now.ruleOn ? 'why.ruleOn' : 'why.ruleOff')}</List.Item>
        {now.pausedUntil !== null && (
          <List.Item>
            {t('why.paused')} <Moment at={now.pausedUntil} />
          </List.Item>
        )}
        {now.tenantFailingSince !== null && (
          <List.Item>
            {t('why.failing')} <Moment at={now.tenantFailingSince} />
          </List.Item>
        )}
        {now.tenantVanishedAt !== null && (
          <List.Item>
            {t('why.vanished')} <Moment at={now.tenantVanishedAt} />
          </List.Item>
        )}
      </List>
    </Stack>
  )
}
