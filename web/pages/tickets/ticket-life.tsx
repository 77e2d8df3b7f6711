import { Badge, Card, Group, Text, Timeline, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { TicketStory } from '../../api/generated/types.gen.ts'
import { Moment } from '../../ui/moment.tsx'

type Entry = { readonly key: string; readonly at: string; readonly content: ReactNode; readonly colour: string }

/** Everything that happened to a ticket, oldest first: seen, decided and why, done at the desk and its answer. */
export function TicketLife({ story }: { story: TicketStory }): ReactNode {
  const { t } = useTranslation()
  const entries: Entry[] = [
    ...seen(story, t),
    ...story.decisions.map(({ id, at, outcome, words }) => ({
      key: `decision-${id}`,
      at,
      colour: 'tocsin',
      content: (
        <>
          <Head tag={t('life.decided')} title={t(`life.outcome.${outcome}`, outcome)} at={at} />
          <Text size="sm">{words}</Text>
        </>
      ),
    })),
    ...story.steps.map(({ id, at, step, reason, result, message, durationMs }) => ({
      key: `step-${id}`,
      at,
      colour: result === 'done' ? 'teal' : 'red',
      content: (
        <>
          <Head tag={t('life.desk')} title={t(`life.step.${step}`, step)} at={at} />
          <Text size="sm" c="dimmed">
            {t('life.because', { reason: t(`life.reason.${reason}`, reason) })} · {result} · {durationMs} ms
          </Text>
          {message !== '' && <Text size="sm">{message}</Text>}
        </>
      ),
    })),
  ].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
  return (
    <Card withBorder>
      <Title order={2} mb="sm">
        {t('life.title')}
      </Title>
      <Timeline bulletSize={14} lineWidth={2} active={entries.length}>
        {entries.map(({ key, content, colour }) => (
          <Timeline.Item key={key} color={colour}>
            {content}
          </Timeline.Item>
        ))}
      </Timeline>
    </Card>
  )
}

type Translate = ReturnType<typeof useTranslation>['t']

function seen({ condition, event }: TicketStory, t: Translate): Entry[] {
  if (event !== null) {
    const content = <Head tag={t('life.seen')} title={event.typeName} at={event.happenedAt} />
    return [{ key: 'event', at: event.happenedAt, colour: 'orange', content }]
  }
  if (condition === null) return []
  const began = <Head tag={t('life.seen')} title={condition.title} at={condition.beganAt} />
  const entries: Entry[] = [{ key: 'began', at: condition.beganAt, colour: 'orange', content: began }]
  if (condition.endedAt !== null) {
    const title = t(`life.ended.${condition.endReason ?? 'no-longer-applies'}`)
    const content = <Head tag={t('life.seen')} title={title} at={condition.endedAt} />
    entries.push({ key: 'ended', at: condition.endedAt, colour: 'gray', content })
  }
  return entries
}

function Head({ tag, title, at }: { tag: string; title: string; at: string }): ReactNode {
  return (
    <Group gap="xs">
      <Badge size="xs" variant="outline" color="gray">
        {tag}
      </Badge>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      <Text size="xs" c="dimmed" component="div">
        <Moment at={at} />
      </Text>
    </Group>
  )
}
