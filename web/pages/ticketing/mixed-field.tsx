import { Anchor, Select, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { DeskOptions, PsaField } from '../../api/generated/types.gen.ts'
import { choicesOf } from '../../forms/desk-values.ts'
import { notSet } from './cell-editor.tsx'
import { parseWhole, wordsOf } from './field-words.ts'
import type { Mixed } from './mixed-fields.ts'

/** One setting of several rows: keeps each row's value where they differ, until it is touched. */
export function MixedField({
  field,
  choices,
  shown: { value, isMixed },
  parent,
  parentTitle,
  isTouched,
  onTouch,
}: {
  field: PsaField
  choices: DeskOptions['choices']
  shown: Mixed
  /** Of the field that narrows its list. */
  parent: Mixed | undefined
  parentTitle: string
  isTouched: boolean
  /** Null: as each row has it. */
  onTouch(value: string | null): void
}): ReactNode {
  const { t } = useTranslation()
  const { key, title, help, required, kind, dependsOn, minimum = 0, maximum = 999_999_999 } = field
  const fields = { [key]: value, ...(dependsOn !== undefined && { [dependsOn]: parent?.value ?? '' }) }
  const list = choicesOf(field, choices, fields)
  const { words, isLost } = wordsOf(field, choices, fields)
  const isParentMixed = parent?.isMixed === true
  const placeholder = isMixed ? t('ticketing.keep') : undefined
  const description = isParentMixed ? t('ticketing.parentDiffers', { title: parentTitle }) : help
  const common = {
    label: title,
    required,
    withAsterisk: required,
    placeholder,
    disabled: isParentMixed,
    description: (
      <>
        {description}
        {isTouched && (
          <Anchor component="button" type="button" size="xs" onClick={() => onTouch(null)} display="block">
            {t('ticketing.untouch', { title })}
          </Anchor>
        )}
      </>
    ),
  }
  if (list === null) {
    const isWhole = kind === 'integer'
    const isWrong = value !== '' && isWhole && parseWhole(value, minimum, maximum) === null
    return (
      <TextInput
        {...common}
        // The form is applied to a draft: what is missing is said when that is saved.
        required={false}
        {...(isWhole && { inputMode: 'numeric' as const })}
        error={isWrong ? t('ticketing.bounds', { minimum, maximum }) : undefined}
        value={value}
        onChange={(event) => onTouch(event.currentTarget.value)}
      />
    )
  }
  return (
    <Select
      {...common}
      required={false}
      searchable
      allowDeselect={false}
      nothingFoundMessage={t('ticketing.noChoice')}
      data={[
        ...(required ? [] : [{ value: notSet, label: t('ticketing.notSet') }]),
        ...(isLost ? [{ value, label: t('ticketing.lost', { value: words }), disabled: true }] : []),
        ...list.filter((option) => !isLost || option.value !== value),
      ]}
      value={isMixed || (value === '' && required) ? null : value === '' ? notSet : value}
      onChange={(next) => {
        if (next !== null) onTouch(next === notSet ? '' : next)
      }}
    />
  )
}
