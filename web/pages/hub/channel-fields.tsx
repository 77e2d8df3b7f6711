import { Checkbox, PasswordInput, Select, SimpleGrid, Textarea, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { linesOf } from './channel-draft.ts'

/** Fields side by side stand in one line, however long their help is. */
const below: ('label' | 'input' | 'description' | 'error')[] = ['label', 'input', 'description', 'error']

/** A field of a channel's form; its words stand under `hub.fields` by its key. */
export type ChannelField = {
  readonly key: string
  /** `lines`: a list, an entry each line. `secret` is written and never read. */
  readonly kind: 'text' | 'number' | 'lines' | 'choice' | 'boolean' | 'multiline' | 'date' | 'secret'
  readonly choices?: readonly string[]
  readonly required?: boolean
  /** A number that may be left empty. */
  readonly optional?: boolean
}

type Values = Readonly<Record<string, unknown>>

/** Draws fields from their table. `errors` by the field's key. */
export function ChannelFields<V extends object>({
  fields,
  values,
  errors,
  onChange,
}: {
  fields: readonly ChannelField[]
  values: V
  errors: Readonly<Record<string, string>>
  onChange(values: V): void
}): ReactNode {
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" verticalSpacing="sm">
      {fields.map((field) => (
        <OneField
          key={field.key}
          field={field}
          value={(values as Values)[field.key]}
          error={errorOf(errors, field.key)}
          onChange={(value) => onChange({ ...values, [field.key]: value })}
        />
      ))}
    </SimpleGrid>
  )
}

export function keysOf(fields: readonly ChannelField[]): string[] {
  return fields.map(({ key }) => key)
}

/** Whether something is wrong in one of these fields, or in a part of one. */
export function isWrongIn(errors: Readonly<Record<string, string>>, keys: readonly string[]): boolean {
  return Object.keys(errors).some((field) => keys.some((key) => field === key || field.startsWith(`${key}.`)))
}

/** Of a list, the first of its entries that was refused speaks for it. */
function errorOf(errors: Readonly<Record<string, string>>, key: string): string | undefined {
  return errors[key] ?? Object.entries(errors).find(([field]) => field.startsWith(`${key}.`))?.[1]
}

function OneField({
  field: { key, kind, choices = [], required = false, optional = false },
  value,
  error,
  onChange,
}: {
  field: ChannelField
  value: unknown
  error: string | undefined
  onChange(value: unknown): void
}): ReactNode {
  const { t } = useTranslation()
  const help = t(`hub.fields.${key}.help`, { defaultValue: '' })
  const common = {
    label: t(`hub.fields.${key}.title`),
    description: help === '' ? undefined : help,
    error,
    required,
    name: key,
    inputWrapperOrder: below,
  }
  const text = typeof value === 'string' ? value : ''
  const onText = (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value)
  switch (kind) {
    case 'boolean':
      return (
        <Checkbox
          label={common.label}
          description={common.description}
          error={error}
          name={key}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      )
    case 'number':
      return (
        <NumberField
          {...common}
          isOptional={optional}
          value={typeof value === 'number' ? value : null}
          onChange={onChange}
        />
      )
    case 'choice':
      return (
        <Select
          {...common}
          allowDeselect={false}
          data={choices.map((choice) => ({ value: choice, label: t(`hub.fields.${key}.choices.${choice}`) }))}
          value={text}
          onChange={(next) => onChange(next ?? text)}
        />
      )
    case 'lines':
      return <Lines {...common} value={Array.isArray(value) ? (value as string[]) : []} onChange={onChange} />
    case 'multiline':
      return (
        <Textarea
          {...common}
          rows={4}
          spellCheck={false}
          styles={{ input: monospace }}
          value={text}
          onChange={onText}
        />
      )
    case 'secret':
      return (
        <PasswordInput
          {...common}
          aria-invalid={error === undefined ? undefined : true}
          autoComplete="new-password"
          value={text}
          onChange={onText}
          visibilityToggleButtonProps={{ 'aria-label': t('forms.showSecret', { title: common.label }) }}
        />
      )
    default:
      return (
        <TextInput
          {...common}
          {...(kind === 'date' && { type: 'date' })}
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={onText}
        />
      )
  }
}

/** What every field has that is typed into. */
type Common = {
  label: string
  description: string | undefined
  error: string | undefined
  required: boolean
  name: string
  inputWrapperOrder: typeof below
}

/** A whole number. What is none becomes NaN, which is sent as nothing: the server says what it must be. */
function NumberField({
  isOptional,
  value,
  onChange,
  ...common
}: Common & {
  /** May be left empty, and is null then. */
  isOptional: boolean
  value: number | null
  onChange(value: number | null): void
}): ReactNode {
  const [typed, setTyped] = useState('')
  function read(text: string): number | null {
    if (isOptional && text.trim() === '') return null
    return /^-?\d+$/.test(text.trim()) ? Number(text) : Number.NaN
  }
  const known = value === null || Number.isNaN(value) ? '' : String(value)
  return (
    <TextInput
      {...common}
      inputMode="numeric"
      autoComplete="off"
      // Another value than was typed comes from outside: from the server, or because the change was given up.
      value={Object.is(read(typed), value) ? typed : known}
      onChange={(event) => {
        setTyped(event.currentTarget.value)
        onChange(read(event.currentTarget.value))
      }}
    />
  )
}

export const monospace = { fontFamily: 'var(--mantine-font-family-monospace)' } as const

function Lines({
  value,
  onChange,
  ...common
}: Common & {
  value: readonly string[]
  onChange(value: string[]): void
}): ReactNode {
  // What is typed keeps its empty lines, so that nothing moves under the next click; the list has none of them.
  const [typed, setTyped] = useState(value.join('\n'))
  const listed = value.join('\n')
  return (
    <Textarea
      {...common}
      autosize
      minRows={2}
      maxRows={10}
      spellCheck={false}
      styles={{ input: monospace }}
      value={linesOf(typed).join('\n') === listed ? typed : listed}
      onChange={(event) => {
        setTyped(event.currentTarget.value)
        onChange(linesOf(event.currentTarget.value))
      }}
    />
  )
}
