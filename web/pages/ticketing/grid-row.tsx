import { Badge, Checkbox, Switch, Table, Text, VisuallyHidden } from '@mantine/core'
import { memo, type ReactNode, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import type { DeskOptions } from '../../api/generated/types.gen.ts'
import { CellEditor, type EditEnd } from './cell-editor.tsx'
import type { Problem, Row, Values } from './draft.ts'
import { wordsOf } from './field-words.ts'
import { editedColumns, type GridColumn, leadingColumns } from './grid-columns.ts'
import classes from './rules-grid.module.css'

/** A row as it is shown: with what is unsaved in it, and what is wrong with it. */
export type GridRow = {
  readonly row: Row
  readonly values: Values
  readonly isEdited: boolean
  readonly problems: readonly Problem[]
}

export type Editing = { readonly column: number; readonly typed: string | null }

type Props = {
  readonly shown: GridRow
  readonly index: number
  readonly columns: readonly GridColumn[]
  readonly choices: DeskOptions['choices']
  readonly toggleTitle: string
  readonly nameTitle: string
  readonly mayEdit: boolean
  readonly isSelected: boolean
  /** The cell that the keyboard is in; null when it is in another row. */
  readonly active: number | null
  readonly editing: Editing | null
  readonly measure: Ref<HTMLTableRowElement> | undefined
  readonly onToggle: (id: string) => void
  readonly onCheck: (id: string, isSpan: boolean) => void
  readonly onEnd: (end: EditEnd) => void
}

/** One rule: toggle, name, and the cells that become an editor when entered. */
export const GridRowView = memo(function GridRowView(props: Props): ReactNode {
  const { shown, index, columns, choices, toggleTitle, nameTitle, mayEdit, isSelected, active, editing, measure } =
    props
  const { row, values, isEdited, problems } = shown
  const { t } = useTranslation()
  const edited = isEdited ? editedColumns(row.values, values) : none
  const cell = (column: number) => ({ 'data-cell': column, tabIndex: active === column ? 0 : -1 })
  const problemId = problems.length > 0 ? `problems-${row.id}` : undefined
  const isOn = values.own && values.enabled
  const toggleWords = t(values.own ? (values.enabled ? 'ticketing.on' : 'ticketing.off') : 'ticketing.follows')
  return (
    <Table.Tr
      role="row"
      data-row={row.id}
      data-index={index}
      ref={measure}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      className={[isSelected && classes.selected, isEdited && classes.unsaved, !isOn && classes.off]
        .filter((name) => name !== false)
        .join(' ')}
    >
      <Table.Td
        role="gridcell"
        data-label={toggleTitle}
        className={edited.has('toggle') ? classes.edited : undefined}
        {...(!mayEdit && cell(0))}
      >
        <div className={classes.toggle}>
          {mayEdit ? (
            <Switch
              size="xs"
              {...cell(0)}
              aria-label={`${toggleTitle}: ${row.title}${values.own ? '' : ` (${toggleWords})`}`}
              aria-describedby={problemId}
              checked={isOn}
              onChange={() => props.onToggle(row.id)}
            />
          ) : (
            <Badge size="sm" variant={isOn ? 'light' : 'outline'} color={isOn ? 'teal' : 'gray'}>
              {toggleWords}
            </Badge>
          )}
        </div>
      </Table.Td>
      <Table.Td role="rowheader" {...cell(1)} data-name aria-describedby={problemId}>
        <div className={classes.name}>
          {mayEdit && (
            <Checkbox
              size="xs"
              mt={2}
              tabIndex={-1}
              aria-label={t('ticketing.select', { title: row.title })}
              checked={isSelected}
              onClick={(event) => props.onCheck(row.id, event.shiftKey)}
              onChange={() => undefined}
            />
          )}
          <div>
            <Text size="sm" fw={isOn ? 600 : 400} component="span" title={row.advice}>
              {row.title}
            </Text>
            {!values.own && mayEdit && (
              <Text size="xs" c="dimmed">
                {toggleWords}
              </Text>
            )}
            {isEdited && (
              <>
                {' '}
                <Badge size="xs" variant="light">
                  {t('ticketing.unsaved')}
                </Badge>
              </>
            )}
            {problemId !== undefined && (
              <div id={problemId}>
                {problems.map(({ field, message }) => (
                  <Text key={`${field} ${message}`} size="xs" c="var(--mantine-color-error)">
                    {message}
                  </Text>
                ))}
              </div>
            )}
          </div>
        </div>
      </Table.Td>
      {columns.map((column, n) => {
        const at = n + leadingColumns
        const isWrong = problems.some(({ field }) => field === column.key)
        const names = [edited.has(column.key) && classes.edited, isWrong && classes.wrong]
        return (
          <Table.Td
            key={column.key}
            role="gridcell"
            data-label={column.title}
            aria-invalid={isWrong || undefined}
            aria-readonly={!mayEdit}
            className={names.filter((name) => name !== false).join(' ')}
            {...cell(at)}
          >
            {editing?.column === at ? (
              <CellEditor
                label={`${nameTitle} ${row.title}: ${column.title}`}
                column={column}
                choices={choices}
                values={values}
                typed={editing.typed}
                onEnd={props.onEnd}
              />
            ) : (
              <Shown column={column} choices={choices} values={values} />
            )}
          </Table.Td>
        )
      })}
    </Table.Tr>
  )
})

const none: ReadonlySet<string> = new Set()

function Shown({
  column,
  choices,
  values,
}: {
  column: GridColumn
  choices: DeskOptions['choices']
  values: Values
}): ReactNode {
  const { t } = useTranslation()
  const { words, isLost } =
    column.kind === 'time'
      ? { words: String(values.time), isLost: false }
      : wordsOf(column.field, choices, values.fields)
  if (!values.own) return <div className={classes.value} aria-hidden />
  return (
    <div className={classes.value}>
      {words === '' ? (
        <Text span size="sm" c="dimmed">
          – <VisuallyHidden>{t('ticketing.notSet')}</VisuallyHidden>
        </Text>
      ) : (
        <Text span size="sm" td={isLost ? 'line-through' : undefined}>
          {words}
          {isLost && <VisuallyHidden> {t('ticketing.gone')}</VisuallyHidden>}
        </Text>
      )}
    </div>
  )
}
