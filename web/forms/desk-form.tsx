import { Select, SimpleGrid, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { DeskOptions, PsaField } from '../api/generated/types.gen.ts'
import { choicesOf, type DeskValues, withDeskValue } from './desk-values.ts'

/** Fields of a desk with its live lists, drawn from the connector's own fields. `errors` by field key. */
export function DeskForm({
  fields,
  choices,
  values,
  errors,
  label,
  disabled = false,
  onChange,
}: {
  fields: readonly PsaField[]
  choices: DeskOptions['choices']
  values: DeskValues
  errors: Readonly<Record<string, string>>
  /** Makes the fields' names unique where several such forms stand on one page. */
  label?: (title: string) => string
  disabled?: boolean
  onChange(values: DeskValues): void
}): ReactNode {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, xl: 3 }} spacing="md" verticalSpacing="sm">
      {fields.map((field) => (
        <DeskControl
          key={field.key}
          field={field}
          choices={choices}
          values={values}
          error={errors[field.key]}
          label={label?.(field.title) ?? field.title}
          disabled={disabled}
          onChange={(value) => onChange(withDeskValue(fields, choices, values, field.key, value))}
        />
      ))}
    </SimpleGrid>
  )
}

function DeskControl({
  field,
  choices,
  values,
  error,
  label,
  disabled,
  onChange,
}: {
  field: PsaField
  choices: DeskOptions['choices']
  values: DeskValues
  error: string | undefined
  label: string
  disabled: boolean
  onChange(value: string): void
}): ReactNode {
  const { t } = useTranslation()
  const { help, required, kind } = field
  const value = values[field.key] ?? ''
  const common = { label, description: help === '' ? undefined : help, required, error, disabled }
  const list = choicesOf(field, choices, values)
  if (list === null) {
    return (
      <TextInput
        {...common}
        {...(kind === 'integer' && { inputMode: 'numeric' as const })}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    )
  }
  const isLost = value !== '' && !list.some((choice) => choice.value === value)
  return (
    <Select
      {...common}
      searchable
      clearable={!required}
      placeholder={t(required ? 'forms.choose' : 'forms.asDesk')}
      nothingFoundMessage={t('forms.noChoice')}
      data={[...list, ...(isLost ? [{ value, label: t('forms.lostChoice', { value }) }] : [])]}
      value={value === '' ? null : value}
      onChange={(next) => onChange(next ?? '')}
    />
  )
}
