import { Button, Checkbox, Group, PasswordInput, Select, Stack, Text, Textarea, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { SettingsField } from '../api/generated/types.gen.ts'

type Props = {
  field: SettingsField
  value: string | boolean
  /** A secret that is stored. */
  isSet: boolean
  /** The stored secret does not serve any more: it was entered for another address. */
  mustRepeat: boolean
  error: string | undefined
  onChange(value: string | boolean): void
}

/** One field of a connection, by its kind. */
export function SettingsControl({ field, value, isSet, mustRepeat, error, onChange }: Props): ReactNode {
  const { t } = useTranslation()
  const { key, title, help, kind, secret, multiline, required, choices, titles, minimum, maximum } = field
  const common = { label: title, description: help === '' ? undefined : help, error, name: key }
  const onText = (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value)
  const text = typeof value === 'string' ? value : ''

  if (secret) return <Secret {...{ field, value, isSet, mustRepeat, error, onChange }} />
  if (kind === 'boolean') {
    return <Checkbox {...common} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />
  }
  if (kind === 'choice') {
    return (
      <Select
        {...common}
        allowDeselect={false}
        required={required}
        data={choices.map((choice) => ({ value: choice, label: titles[choice] ?? choice }))}
        value={text === '' ? null : text}
        onChange={(next) => onChange(next ?? '')}
      />
    )
  }
  if (multiline) {
    return (
      <Textarea
        {...common}
        required={required}
        rows={5}
        spellCheck={false}
        autoComplete="off"
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        value={text}
        onChange={onText}
      />
    )
  }
  const isNumber = kind === 'integer' || kind === 'number'
  const hasBounds = isNumber && minimum !== null && maximum !== null
  return (
    <TextInput
      {...common}
      {...(isNumber && { inputMode: 'numeric' as const })}
      description={hasBounds ? `${help} ${t('forms.bounds', { minimum, maximum })}` : common.description}
      required={required}
      autoComplete="off"
      spellCheck={false}
      value={text}
      onChange={onText}
    />
  )
}

/** Written and never read: only whether it is set is known. */
function Secret({
  field: { key, title, help, required },
  value,
  isSet,
  mustRepeat,
  error,
  onChange,
}: Props): ReactNode {
  const { t } = useTranslation()
  const isRemoved = value === false
  const state = !isSet ? null : isRemoved ? 'forms.secretGoes' : mustRepeat ? 'forms.secretAgain' : 'forms.secretSet'
  return (
    <Stack gap={4}>
      <PasswordInput
        label={title}
        name={key}
        description={
          <>
            {help}
            {state !== null && (
              <Text span inherit fw={600}>
                {' '}
                {t(state)}
              </Text>
            )}
          </>
        }
        error={error}
        required={required && (!isSet || mustRepeat)}
        autoComplete="new-password"
        value={typeof value === 'string' ? value : ''}
        onChange={(event) => onChange(event.currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': t('forms.showSecret', { title }) }}
      />
      {isSet && !required && (
        <Group>
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={() => onChange(isRemoved ? '' : false)}
            aria-label={t(isRemoved ? 'forms.keepSecretOf' : 'forms.removeSecretOf', { title })}
          >
            {t(isRemoved ? 'forms.keepSecret' : 'forms.removeSecret')}
          </Button>
        </Group>
      )}
    </Stack>
  )
}
