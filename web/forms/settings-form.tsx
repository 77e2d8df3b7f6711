import { SimpleGrid, Stack, Text } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { SettingsField } from '../api/generated/types.gen.ts'
import { SettingsControl } from './settings-control.tsx'
import { changedFromUsual, groupsOf, isShown, movedPlaces, type SettingsDraft } from './settings-draft.ts'
import classes from './settings-form.module.css'

/** The form of a connection, drawn from its connector's own fields. `errors` by field key, as the server named them. */
export function SettingsForm({
  fields,
  draft,
  first,
  secretsSet,
  errors,
  onChange,
}: {
  fields: readonly SettingsField[]
  draft: SettingsDraft
  /** As it was before anything was touched. */
  first: SettingsDraft
  /** Keys of the secrets that are stored. */
  secretsSet: readonly string[]
  errors: Readonly<Record<string, string>>
  onChange(draft: SettingsDraft): void
}): ReactNode {
  const { t } = useTranslation()
  const moved = secretsSet.length === 0 ? [] : movedPlaces(fields, draft, first)
  return (
    <Stack gap="sm">
      {groupsOf(fields).map(({ name, fields: members, isOptional }) => {
        const shown = members.filter((field) => isShown(field, draft))
        const isWrong = shown.some(({ key }) => key in errors)
        const isAsked = moved.length > 0 && shown.some(({ key, secret }) => secret && secretsSet.includes(key))
        return (
          <FoldingGroup
            key={name}
            name={name}
            isOptional={isOptional}
            changed={changedFromUsual(shown, draft, secretsSet)}
            mustOpen={isWrong || isAsked}
          >
            {shown.map((field) => (
              <SettingsControl
                key={field.key}
                field={field}
                value={draft[field.key] ?? ''}
                isSet={secretsSet.includes(field.key)}
                mustRepeat={moved.length > 0}
                error={errors[field.key]}
                onChange={(value) => onChange({ ...draft, [field.key]: value })}
              />
            ))}
          </FoldingGroup>
        )
      })}
      {moved.length > 0 && (
        <Text size="sm" role="status">
          {t('forms.moved', { places: moved.join(', ') })}
        </Text>
      )}
    </Stack>
  )
}

/** A group that suits most as it is stays folded, until somebody opens it or something in it needs a look. */
function FoldingGroup({
  name,
  isOptional,
  changed,
  mustOpen,
  children,
}: {
  name: string
  isOptional: boolean
  /** Titles of what is other than usual in it. */
  changed: readonly string[]
  mustOpen: boolean
  children: ReactNode
}): ReactNode {
  const { t } = useTranslation()
  const [isOpen, setOpen] = useState(!isOptional)
  useEffect(() => {
    if (mustOpen) setOpen(true)
  }, [mustOpen])
  return (
    <details className={classes.group} open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {name}
        {isOptional && (
          <Text span size="xs" c="dimmed">
            {changed.length === 0 ? t('forms.optional') : t('forms.changed', { fields: changed.join(', ') })}
          </Text>
        )}
      </summary>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" verticalSpacing="sm">
        {children}
      </SimpleGrid>
    </details>
  )
}
