import { Select, TextInput } from '@mantine/core'
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { DeskOptions } from '../../api/generated/types.gen.ts'
import { choicesOf } from '../../forms/desk-values.ts'
import type { Change, Values } from './draft.ts'
import { parseWhole, wordsOf } from './field-words.ts'
import type { GridColumn } from './grid-columns.ts'

/** How an edit in place ended. */
export type EditEnd = {
  /** What is to be set; null: nothing. */
  readonly change: Change | null
  /** Where the keyboard goes: to this cell, to one beside it, or nowhere, since it has left already. */
  readonly focus: -1 | 0 | 1 | 'left'
}

/** Stands for “not set” in a list, where an empty value is none. */
export const notSet = '\u0000'

type Props = {
  /** Row and column, for who does not see them. */
  readonly label: string
  readonly column: GridColumn
  readonly choices: DeskOptions['choices']
  readonly values: Values
  /** What was typed to begin with; null: what stands there. */
  readonly typed: string | null
  readonly onEnd: (end: EditEnd) => void
}

/** One cell while it is being edited: the only live editor of the table. */
export function CellEditor(props: Props): ReactNode {
  const { column, choices, values } = props
  const list = column.kind === 'field' ? choicesOf(column.field, choices, values.fields) : null
  return list === null ? <TextEditor {...props} /> : <ChoiceEditor {...props} list={list} />
}

function ChoiceEditor({
  label,
  column,
  choices,
  values,
  onEnd,
  list,
}: Props & { list: readonly { value: string; label: string }[] }): ReactNode {
  const { t } = useTranslation()
  const hasEnded = useRef(false)
  if (column.kind !== 'field') return null
  const { field } = column
  const value = values.fields[field.key] ?? ''
  const { words, isLost } = wordsOf(field, choices, values.fields)

  function end(change: Change | null, focus: EditEnd['focus'] = 0): void {
    if (hasEnded.current) return
    hasEnded.current = true
    onEnd({ change, focus })
  }

  return (
    <Select
      aria-label={label}
      size="xs"
      autoFocus
      searchable
      defaultDropdownOpened
      allowDeselect={false}
      nothingFoundMessage={t('ticketing.noChoice')}
      comboboxProps={{ width: 'max-content', position: 'bottom-start', shadow: 'md', transitionProps: { duration: 0 } }}
      data={[
        ...(field.required ? [] : [{ value: notSet, label: t('ticketing.notSet') }]),
        ...(isLost ? [{ value, label: t('ticketing.lost', { value: words }), disabled: true }] : []),
        ...list.filter((option) => !isLost || option.value !== value),
      ]}
      value={value === '' ? (field.required ? null : notSet) : value}
      onOptionSubmit={(chosen) => end({ fields: { [field.key]: chosen === notSet ? '' : chosen } })}
      onBlur={() => end(null, 'left')}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.preventDefault()
          end(null)
        }
        if (event.key === 'Tab') {
          event.preventDefault()
          end(null, event.shiftKey ? -1 : 1)
        }
      }}
    />
  )
}

function TextEditor({ label, column, values, typed, onEnd }: Props): ReactNode {
  const { t } = useTranslation()
  const start = column.kind === 'time' ? String(values.time) : (values.fields[column.field.key] ?? '')
  const [text, setText] = useState(typed ?? start)
  const hasEnded = useRef(false)
  const bounds = boundsOf(column)
  const change = changeOf(column, text, bounds)

  function end(what: Change | null, focus: EditEnd['focus'] = 0): void {
    if (hasEnded.current) return
    hasEnded.current = true
    onEnd({ change: what, focus })
  }

  function key(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      event.preventDefault()
      end(null)
    } else if (event.key === 'Enter' || event.key === 'Tab') {
      event.preventDefault()
      // A value that cannot be is not taken; the field stays open and says why.
      if (change !== null) end(change, event.key === 'Enter' ? 0 : event.shiftKey ? -1 : 1)
    }
  }

  return (
    <TextInput
      aria-label={label}
      size="xs"
      autoFocus
      value={text}
      error={change === null && bounds !== null ? t('ticketing.bounds', bounds) : undefined}
      {...(bounds !== null && { inputMode: 'numeric' as const })}
      onFocus={(event) => {
        if (typed === null) event.currentTarget.select()
      }}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => end(change, 'left')}
      onKeyDown={key}
    />
  )
}

type Bounds = { readonly minimum: number; readonly maximum: number }

function boundsOf(column: GridColumn): Bounds | null {
  if (column.kind === 'time') return column
  const { kind, minimum = 0, maximum = 999_999_999 } = column.field
  return kind === 'integer' ? { minimum, maximum } : null
}

/** What a text comes to; null when it cannot stand here. */
function changeOf(column: GridColumn, text: string, bounds: Bounds | null): Change | null {
  const trimmed = text.trim()
  if (bounds === null) return column.kind === 'field' ? { fields: { [column.field.key]: trimmed } } : null
  if (column.kind === 'field' && trimmed === '' && !column.field.required) return { fields: { [column.field.key]: '' } }
  const count = parseWhole(trimmed, bounds.minimum, bounds.maximum)
  if (count === null) return null
  return column.kind === 'time' ? { time: count } : { fields: { [column.field.key]: String(count) } }
}
