import { Alert, Anchor, Button, Divider, Group, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { showIntegration, updateIntegration } from '../../api/generated/sdk.gen.ts'
import type { DeskOptions } from '../../api/generated/types.gen.ts'
import { ApiError, fieldErrors } from '../../api/problem.ts'
import type { Integration } from '../../app/current-integration.ts'
import { useMay } from '../../app/session.ts'
import { useTerms } from '../../app/terms.ts'
import { DeskForm } from '../../forms/desk-form.tsx'
import { ConflictDialog } from './conflict-dialog.tsx'
import type { Fields } from './draft.ts'
import { wordsOf } from './field-words.ts'
import { type GeneralDraft, generalChanges, generalReset, rebaseGeneral } from './general-draft.ts'

/** What all tickets of the integration have in common. */
export function GeneralSection({
  integration,
  options,
  defaults,
  draft,
  onDraft,
}: {
  integration: Integration
  options: DeskOptions
  defaults: Fields
  draft: GeneralDraft
  onDraft(draft: GeneralDraft): void
}): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const may = useMay('administrator')
  const queries = useQueryClient()
  const [theirs, setTheirs] = useState<Fields | null>(null)
  const { generalFields, choices } = options
  const changes = generalChanges(draft)
  const count = Object.keys(changes).length
  const saving = useMutation({
    mutationFn: async (now: GeneralDraft) => {
      const body = { general: { ...generalChanges(now) }, generalSeen: { ...now.seen } }
      return await call(updateIntegration({ path: { id: integration.id }, body }))
    },
    onSuccess: async ({ general }) => {
      onDraft({ seen: general, values: general })
      await queries.invalidateQueries()
    },
    onError: async (error) => {
      if (!(error instanceof ApiError) || error.code !== 'changed-meanwhile') return
      const { general } = await call(showIntegration({ path: { id: integration.id } }))
      setTheirs(general)
    },
  })
  const isConflict = theirs !== null
  const refused = saving.error !== null && !isConflict ? fieldErrors(saving.error) : {}
  const errors = {
    ...Object.fromEntries(count > 0 ? [] : integration.problems.map(({ field, message }) => [field, message])),
    ...Object.fromEntries(
      Object.entries(refused).map(([field, message]) => [field.replace(/^general\./, ''), message]),
    ),
  }
  const form = (isMain: boolean) => (
    <DeskForm
      fields={generalFields.filter(({ main }) => main === isMain)}
      choices={choices}
      values={draft.values}
      errors={errors}
      disabled={!may}
      onChange={(values) => onDraft({ ...draft, values })}
    />
  )

  function differences(from: Fields) {
    return generalFields
      .filter(
        ({ key }) =>
          key in changes && ![valueIn(draft.seen, key), valueIn(draft.values, key)].includes(valueIn(from, key)),
      )
      .map((field) => {
        const words = (fields: Fields) => wordsOf({ ...field, dependsOn: undefined }, choices, fields).words
        return {
          id: field.key,
          title: field.title,
          differences: [
            {
              key: field.key,
              label: field.title,
              was: words(draft.seen),
              theirs: words(from),
              mine: words(draft.values),
            },
          ],
        }
      })
  }

  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        {t('ticketing.generalLead', { ...terms })} {!may && t('ticketing.generalRole')}
      </Text>
      {form(true)}
      {generalFields.some(({ main }) => !main) && (
        <>
          <Divider label={t('ticketing.moreSettings')} labelPosition="left" />
          {form(false)}
        </>
      )}
      <Text size="sm">
        <Anchor component={Link} to={`/integrations/${integration.id}`} size="sm">
          {t('ticketing.toTexts', { ...terms })}
        </Anchor>
      </Text>
      {saving.error !== null && !isConflict && (
        <Alert color="red" role="alert" p="xs">
          {saving.error.message}
        </Alert>
      )}
      {may && (
        <Group gap="xs" justify="space-between">
          <Group gap="xs">
            <Button disabled={count === 0} loading={saving.isPending} onClick={() => saving.mutate(draft)}>
              {t('ticketing.save')}
            </Button>
            <Button
              variant="default"
              disabled={count === 0}
              onClick={() => {
                saving.reset()
                onDraft({ ...draft, values: draft.seen })
              }}
            >
              {t('ticketing.cancel')}
            </Button>
            <Text size="sm" role="status" c={count > 0 ? undefined : 'dimmed'}>
              {count > 0 ? t('ticketing.edits', { count }) : saving.isSuccess ? t('ticketing.saved') : ''}
            </Text>
          </Group>
          <Anchor
            component="button"
            type="button"
            size="sm"
            onClick={() => onDraft({ ...draft, values: generalReset(generalFields, draft.values, defaults) })}
          >
            {t('ticketing.reset')}
          </Anchor>
        </Group>
      )}
      {theirs !== null && (
        <ConflictDialog
          by={[]}
          items={differences(theirs)}
          taken={[]}
          onDecide={(picks) => {
            const mine = new Set([...picks].filter(([, choice]) => choice === 'mine').map(([key]) => key))
            const next = rebaseGeneral(draft, theirs, mine)
            onDraft(next)
            setTheirs(null)
            if (Object.keys(generalChanges(next)).length > 0) saving.mutate(next)
            else saving.reset()
          }}
          onClose={() => setTheirs(null)}
        />
      )}
    </Stack>
  )
}

const valueIn = (fields: Fields, key: string): string => fields[key] ?? ''
