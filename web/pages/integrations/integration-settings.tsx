import { Alert, Button, Card, Group, Radio, Stack, Text, TextInput, Title } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { showOptions, updateIntegration } from '../../api/generated/sdk.gen.ts'
import type { ConnectorList, DeskOptions, Integration } from '../../api/generated/types.gen.ts'
import { fieldErrors } from '../../api/problem.ts'
import { useTerms } from '../../app/terms.ts'
import { DeskForm } from '../../forms/desk-form.tsx'
import { changedValues, type DeskValues } from '../../forms/desk-values.ts'
import { errorsUnder } from '../../forms/errors-under.ts'
import { LeaveGuard } from '../../forms/leave-guard.tsx'
import { useFocusOnError } from '../../forms/use-focus-on-error.ts'
import { Moment } from '../../ui/moment.tsx'
import { optionsQuery } from './integration-queries.ts'
import { TicketTexts } from './ticket-texts.tsx'

type Draft = {
  readonly name: string
  readonly general: DeskValues
  readonly titleTemplate: string
  readonly descriptionTemplate: string
  readonly repeats: 'note' | 'ticket'
  /** As it is typed. */
  readonly repeatNoteMinutes: string
}

const draftOf = (integration: Integration): Draft => ({
  name: integration.name,
  general: integration.general,
  titleTemplate: integration.titleTemplate,
  descriptionTemplate: integration.descriptionTemplate,
  repeats: integration.repeats,
  repeatNoteMinutes: String(integration.repeatNoteMinutes),
})

/** Only what was touched goes to the server, so that nobody else's change is undone. */
function changesOf(draft: Draft, first: Draft) {
  const general = changedValues(draft.general, first.general)
  const minutes = Number(draft.repeatNoteMinutes.trim() === '' ? Number.NaN : draft.repeatNoteMinutes)
  return {
    ...(draft.name !== first.name && { name: draft.name }),
    ...(Object.keys(general).length > 0 && { general }),
    ...(draft.titleTemplate !== first.titleTemplate && { titleTemplate: draft.titleTemplate }),
    ...(draft.descriptionTemplate !== first.descriptionTemplate && { descriptionTemplate: draft.descriptionTemplate }),
    ...(draft.repeats !== first.repeats && { repeats: draft.repeats }),
    ...(draft.repeatNoteMinutes !== first.repeatNoteMinutes && { repeatNoteMinutes: minutes }),
  }
}

/** Name, general settings, texts and repeats of an integration. */
export function IntegrationSettings({
  integration,
  options,
  connectors,
  disabled,
}: {
  integration: Integration
  options: DeskOptions
  connectors: ConnectorList
  disabled: boolean
}): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const queries = useQueryClient()
  const [first, setFirst] = useState(() => draftOf(integration))
  const [draft, setDraft] = useState(first)
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change })
  const changes = changesOf(draft, first)
  const { general = {}, ...others } = changes
  const unsaved = Object.keys(general).length + Object.keys(others).length
  const isTouched = unsaved > 0
  const saving = useMutation({
    mutationFn: () => call(updateIntegration({ path: { id: integration.id }, body: changes })),
    onSuccess: async (saved) => {
      const kept = draftOf(saved)
      setFirst(kept)
      setDraft(kept)
      await queries.invalidateQueries()
    },
  })
  const errors = fieldErrors(saving.error)
  const ofGeneral = errorsUnder(saving.error, 'general')
  const form = useFocusOnError(saving.error)
  const stale = Object.fromEntries(integration.problems.map(({ field, message }) => [field, message]))

  function submit(event: FormEvent): void {
    event.preventDefault()
    saving.mutate()
  }

  return (
    <form onSubmit={submit} ref={form} noValidate>
      <LeaveGuard unsaved={unsaved} />
      <Stack gap="md">
        <Part title={t('integrations.general')} aside={<Lists psaId={integration.psaId} options={options} />}>
          <TextInput
            label={t('integrations.name')}
            required
            disabled={disabled}
            maw={480}
            autoComplete="off"
            value={draft.name}
            error={errors.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <DeskForm
            fields={options.generalFields}
            choices={options.choices}
            values={draft.general}
            errors={{ ...stale, ...ofGeneral }}
            disabled={disabled}
            onChange={(general) => set({ general })}
          />
        </Part>
        <Part title={t('integrations.texts', { ...terms })}>
          <TicketTexts
            integration={integration}
            connectors={connectors}
            values={draft}
            errors={errors}
            disabled={disabled}
            onChange={set}
          />
        </Part>
        <Part title={t('integrations.repeats')}>
          <Radio.Group
            aria-label={t('integrations.repeats')}
            value={draft.repeats}
            onChange={(next) => set({ repeats: next === 'ticket' ? 'ticket' : 'note' })}
          >
            <Stack gap={6}>
              <Radio value="note" disabled={disabled} label={t('integrations.repeatsNote', { ...terms })} />
              <Radio value="ticket" disabled={disabled} label={t('integrations.repeatsTicket', { ...terms })} />
            </Stack>
          </Radio.Group>
          {draft.repeats === 'note' && (
            <TextInput
              label={t('integrations.repeatMinutes')}
              description={t('integrations.repeatMinutesHelp')}
              maw={320}
              inputMode="numeric"
              disabled={disabled}
              value={draft.repeatNoteMinutes}
              error={errors.repeatNoteMinutes}
              onChange={(event) => set({ repeatNoteMinutes: event.currentTarget.value })}
            />
          )}
        </Part>
        {saving.error !== null && (
          <Alert color="red" role="alert" title={t('integrations.notSaved')}>
            {saving.error.message}
          </Alert>
        )}
        {!disabled && (
          <Group gap="xs">
            <Button type="submit" loading={saving.isPending} disabled={!isTouched}>
              {t('integrations.save')}
            </Button>
            <Button
              variant="default"
              disabled={!isTouched}
              onClick={() => {
                saving.reset()
                setDraft(first)
              }}
            >
              {t('integrations.undo')}
            </Button>
            <Text size="sm" c="dimmed" role="status">
              {isTouched ? t('integrations.unsaved') : saving.isSuccess ? t('integrations.saved') : ''}
            </Text>
          </Group>
        )}
      </Stack>
    </form>
  )
}

function Part({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }): ReactNode {
  return (
    <Card withBorder component="section" aria-label={title}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2}>{title}</Title>
          {aside}
        </Group>
        {children}
      </Stack>
    </Card>
  )
}

/** When the desk's lists were read, and a way to have them read now. */
function Lists({ psaId, options }: { psaId: number; options: DeskOptions }): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const reading = useMutation({
    mutationFn: () => call(showOptions({ path: { id: psaId }, query: { refresh: 'true' } })),
    onSuccess: (fresh) => queries.setQueryData(optionsQuery(psaId).queryKey, fresh),
  })
  return (
    <Group gap="xs">
      <Text size="xs" c={reading.error === null ? 'dimmed' : 'red'} role="status">
        {reading.error !== null ? (
          reading.error.message
        ) : (
          <>
            {t('integrations.listsRead')} <Moment at={options.readAt} />
          </>
        )}
      </Text>
      <Button size="compact-xs" variant="subtle" loading={reading.isPending} onClick={() => reading.mutate()}>
        {t('integrations.readLists')}
      </Button>
    </Group>
  )
}
