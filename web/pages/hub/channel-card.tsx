import { Alert, Badge, Button, Card, Group, Stack, Switch, Text, Title } from '@mantine/core'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ChannelState } from '../../api/generated/types.gen.ts'
import { useMay } from '../../app/session.ts'
import { useFocusOnError } from '../../forms/use-focus-on-error.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Moment } from '../../ui/moment.tsx'
import type { Drafts } from './channel-draft.ts'
import type { EditedSection } from './use-channels.ts'

type Listening = 'syslog' | 'smtp' | 'mailbox'

/** One way in: how it does, its form, and its own “save”. Of one that is not set up, what it is for. */
export function ChannelCard<S extends Listening>({
  section,
  edited,
  isSetUp,
  states,
  children,
}: {
  section: S
  edited: EditedSection<S>
  isSetUp: boolean
  /** What the processes say of it. */
  states: readonly ChannelState[]
  children: ReactNode
}): ReactNode {
  const { t } = useTranslation()
  const may = useMay('administrator')
  const [isRemoving, setRemoving] = useState(false)
  const { draft } = edited
  const way: Listening = section
  const isOpen = isSetUp || edited.isEdited
  return (
    <Card withBorder component="section" aria-label={t(`hub.ways.${way}.title`)}>
      <Stack gap="md">
        <Group justify="space-between" gap="xs">
          <div>
            <Group gap="sm">
              <Title order={2}>{t(`hub.ways.${way}.title`)}</Title>
              {!isSetUp && (
                <Badge color="gray" variant="light">
                  {t('hub.notSetUp')}
                </Badge>
              )}
            </Group>
            <Text size="sm" c="dimmed">
              {t(`hub.ways.${way}.help`)}
            </Text>
          </div>
          {!isOpen && may && (
            <Button size="sm" variant="default" onClick={() => edited.set({ ...draft, enabled: true })}>
              {t(`hub.ways.${way}.setUp`)}
            </Button>
          )}
        </Group>
        {isSetUp && states.length > 0 && <States states={states} />}
        {isOpen && (
          <SectionForm edited={edited} onRemove={isSetUp ? () => setRemoving(true) : undefined}>
            <Switch
              label={t('hub.enabled')}
              description={t('hub.enabledHelp')}
              checked={draft.enabled}
              onChange={(event) => edited.set({ ...draft, enabled: event.currentTarget.checked })}
            />
            {children}
          </SectionForm>
        )}
      </Stack>
      {isRemoving && (
        <Confirm
          title={t('hub.takeAwayTitle', { name: t(`hub.ways.${way}.title`) })}
          action={t('hub.takeAway')}
          run={() => edited.remove()}
          onClose={() => setRemoving(false)}
        >
          <Text size="sm">{t('hub.takeAwayText')}</Text>
        </Confirm>
      )}
    </Card>
  )
}

/** A section's fields with what is done with them; those who may not change it read it. */
export function SectionForm<S extends keyof Drafts>({
  edited,
  onRemove,
  children,
}: {
  edited: EditedSection<S>
  onRemove?: (() => void) | undefined
  children: ReactNode
}): ReactNode {
  const { t } = useTranslation()
  const may = useMay('administrator')
  const form = useFocusOnError(edited.error)
  const { error, errors, isEdited, isSaving, isSaved } = edited
  const wrong = Object.keys(errors).length

  function submit(event: FormEvent): void {
    event.preventDefault()
    edited.save()
  }

  return (
    <form onSubmit={submit} ref={form} noValidate>
      <fieldset disabled={!may} style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
        <Stack gap="md">
          {edited.isOvertaken && (
            <Alert color="yellow" role="status">
              <Group justify="space-between" gap="xs">
                <Text size="sm">{t('hub.overtaken')}</Text>
                <Button size="compact-sm" variant="default" onClick={edited.cancel}>
                  {t('hub.takeTheirs')}
                </Button>
              </Group>
            </Alert>
          )}
          {children}
          {error !== null && (
            <Alert color="red" role="alert">
              {wrong > 0 ? t('hub.notSaved', { count: wrong }) : error.message}
            </Alert>
          )}
          {may && (
            <Group gap="xs">
              <Button type="submit" loading={isSaving} disabled={!isEdited}>
                {t('hub.save')}
              </Button>
              <Button variant="default" disabled={!isEdited || isSaving} onClick={edited.cancel}>
                {t('hub.cancel')}
              </Button>
              {onRemove !== undefined && (
                <Button variant="subtle" color="red" disabled={isSaving} onClick={onRemove}>
                  {t('hub.takeAway')}
                </Button>
              )}
              <Text size="sm" role="status">
                {isEdited ? t('hub.isUnsaved') : isSaved ? t('hub.saved') : ''}
              </Text>
            </Group>
          )}
        </Stack>
      </fieldset>
    </form>
  )
}

const counted = ['taken', 'unread', 'pushedBack', 'dropped', 'refused', 'waiting'] as const

/** How the listeners are, a line for each process. */
function States({ states }: { states: readonly ChannelState[] }): ReactNode {
  const { t, i18n } = useTranslation()
  return (
    <Stack gap={6} role="status">
      {states.map(({ process, state, address, message, since, counts }) => (
        <div key={process}>
          <Group gap="xs">
            <Badge color={state === 'listening' ? 'teal' : 'red'} variant="light">
              {t(`hub.states.${state}`)}
            </Badge>
            <Text size="sm">{address}</Text>
            <Text size="xs" c="dimmed" component="div">
              {states.length > 1 && `${process} · `}
              {t('hub.since')} <Moment at={since} />
            </Text>
          </Group>
          {message !== '' && <Text size="sm">{message}</Text>}
          <Text size="xs" c="dimmed">
            {counted
              .filter((name) => counts[name] !== undefined && (counts[name] > 0 || name === 'taken'))
              .map((name) => `${t(`hub.counts.${name}`)} ${(counts[name] ?? 0).toLocaleString(i18n.language)}`)
              .join(' · ')}
          </Text>
        </div>
      ))}
    </Stack>
  )
}
