import { Checkbox, Table } from '@mantine/core'
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import {
  type FocusEvent,
  Fragment,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { useTranslation } from 'react-i18next'
import type { DeskOptions } from '../../api/generated/types.gen.ts'
import type { EditEnd } from './cell-editor.tsx'
import type { Change, RowId } from './draft.ts'
import { type GridColumn, leadingColumns } from './grid-columns.ts'
import { between, moved } from './grid-keys.ts'
import { type GridRow, GridRowView } from './grid-row.tsx'
import classes from './rules-grid.module.css'
import { useStable } from './use-stable.ts'

/** Rows beyond which only those in sight are drawn. */
const drawAllUpTo = 60
const rowHeight = 37

type Props = {
  readonly caption: string
  readonly toggleTitle: string
  readonly nameTitle: string
  readonly columns: readonly GridColumn[]
  readonly choices: DeskOptions['choices']
  readonly rows: readonly GridRow[]
  readonly selected: ReadonlySet<RowId>
  readonly mayEdit: boolean
  readonly onSelect: (ids: ReadonlySet<RowId>) => void
  readonly onChange: (ids: readonly RowId[], change: Change) => void
  /** Asked for the panel, with the rows that it shall be about. */
  readonly onOpen: (ids: readonly RowId[]) => void
}

type Active = { readonly id: RowId; readonly column: number }
type EditingCell = Active & { readonly typed: string | null }

/**
 * Rules as a grid of cells for the keyboard and the mouse: a cell becomes an editor when it is entered, and only rows in sight are
 * drawn. Arrow keys move, Enter and F2 edit, Space toggles, Shift selects, Control+A selects all, Escape gives up.
 */
export function RulesGrid(props: Props): ReactNode {
  const { caption, toggleTitle, nameTitle, columns, choices, rows, selected, mayEdit, onSelect, onChange, onOpen } =
    props
  const { t } = useTranslation()
  const box = useRef<HTMLDivElement>(null)
  const [wanted, setActive] = useState<Active | null>(null)
  const [editing, setEditing] = useState<EditingCell | null>(null)
  const anchor = useRef<RowId | null>(null)
  const mustFocus = useRef(false)
  const ids = rows.map(({ row }) => row.id)
  const activeRow = Math.max(wanted === null ? 0 : ids.indexOf(wanted.id), 0)
  const active = { id: ids[activeRow] ?? '', column: wanted?.column ?? 0 }
  const isLong = rows.length > drawAllUpTo
  const virtual = useVirtualizer({
    count: rows.length,
    enabled: isLong,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    // The row that the keyboard is in stays drawn, or the keyboard would fall out of the table.
    rangeExtractor: (range) => [...new Set([...defaultRangeExtractor(range), activeRow])].sort((a, b) => a - b),
  })
  const drawn = isLong ? virtual.getVirtualItems() : ids.map((_, index) => ({ index, start: 0, end: 0 }))

  function focusCell({ id, column }: Active): void {
    box.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"] [data-cell="${column}"]`)?.focus()
  }

  useLayoutEffect(() => {
    if (!mustFocus.current || editing !== null) return
    mustFocus.current = false
    focusCell(active)
  })

  function goTo(row: number, column: number): void {
    const id = ids[row]
    if (id === undefined) return
    mustFocus.current = true
    setActive({ id, column })
  }

  function edit(id: RowId, column: number, typed: string | null): void {
    if (!mayEdit) return
    setActive({ id, column })
    if (column === 0) toggle(id)
    else if (column < leadingColumns) onOpen(selected.has(id) && selected.size > 0 ? [...selected] : [id])
    else setEditing({ id, column, typed })
  }

  function toggle(id: RowId): void {
    const row = rows.find((one) => one.row.id === id)
    if (row !== undefined && mayEdit) onChange([id], { enabled: !(row.values.own && row.values.enabled) })
  }

  function select(id: RowId, how: 'only' | 'more' | 'span'): void {
    const base = how === 'only' ? [] : [...selected]
    if (how === 'span') onSelect(new Set([...base, ...between(ids, anchor.current ?? active.id, id)]))
    else if (how === 'more' && selected.has(id)) onSelect(new Set(base.filter((one) => one !== id)))
    else onSelect(new Set([...base, id]))
    if (how !== 'span') anchor.current = id
  }

  function endEdit({ change, focus }: EditEnd): void {
    if (editing === null) return
    if (change !== null) onChange([editing.id], change)
    setEditing(null)
    if (focus === 'left') return
    const column = Math.min(Math.max(editing.column + focus, 0), columns.length + leadingColumns - 1)
    goTo(ids.indexOf(editing.id), column)
  }

  function key(event: KeyboardEvent): void {
    if (editing !== null || rows.length === 0 || placeOf(event.target) === null) return
    const { key: name, shiftKey } = event
    const ctrlKey = event.ctrlKey || event.metaKey
    if (event.altKey) return
    const to = moved({ key: name, ctrlKey }, { row: activeRow, column: active.column }, sizeOf())
    const here = active.id
    if (to !== null) {
      goTo(to.row, to.column)
      const id = ids[to.row]
      if (shiftKey && to.row !== activeRow && id !== undefined) extendTo(here, id)
    } else if (name === 'Enter' || name === 'F2') edit(here, active.column, null)
    else if (name === ' ' && shiftKey) select(here, 'more')
    else if (name === ' ') toggle(here)
    else if (name.toLowerCase() === 'a' && ctrlKey) onSelect(new Set(ids))
    else if (name === 'Escape' && selected.size > 0) onSelect(new Set())
    else if (/^\d$/.test(name) && !ctrlKey && active.column >= leadingColumns) edit(here, active.column, name)
    else return
    event.preventDefault()
  }

  const sizeOf = () => ({ rows: rows.length, columns: columns.length + leadingColumns })

  function extendTo(from: RowId, to: RowId): void {
    anchor.current ??= from
    if (selected.size === 0) anchor.current = from
    onSelect(new Set(between(ids, anchor.current, to)))
  }

  function click(event: MouseEvent): void {
    const place = placeOf(event.target)
    if (place === null || (event.target instanceof Element && event.target.closest('input') !== null)) return
    const { id, column } = place
    if (editing?.id === id && editing.column === column) return
    if (column === 1) select(id, event.shiftKey ? 'span' : event.ctrlKey || event.metaKey ? 'more' : 'only')
    else if (column >= leadingColumns && !event.shiftKey) edit(id, column, null)
  }

  /** Selecting rows shall not select their text; the cell takes the keyboard all the same. */
  function press(event: MouseEvent): void {
    const place = placeOf(event.target)
    if (!event.shiftKey || place === null) return
    event.preventDefault()
    focusCell(place)
  }

  /** However the keyboard came to a cell, it goes on from there. */
  function arrive(event: FocusEvent): void {
    const place = placeOf(event.target)
    if (place !== null && (place.id !== active.id || place.column !== active.column)) setActive(place)
  }

  const acts = useStable({
    toggle,
    check: (id: RowId, isSpan: boolean) => select(id, isSpan ? 'span' : 'more'),
    end: endEdit,
  })
  const allSelected = ids.length > 0 && ids.every((id) => selected.has(id))

  return (
    <div ref={box} className={classes.box} data-long={isLong}>
      <Table
        role="grid"
        aria-label={caption}
        aria-rowcount={rows.length + 1}
        aria-multiselectable
        aria-readonly={!mayEdit}
        stickyHeader
        highlightOnHover
        className={`${classes.grid} ${mayEdit ? classes.canEdit : ''}`}
        onKeyDown={key}
        onFocus={arrive}
        onMouseDown={press}
        onClick={click}
      >
        <Table.Thead role="rowgroup">
          <Table.Tr role="row" aria-rowindex={1}>
            <Table.Th role="columnheader" w={84}>
              {toggleTitle}
            </Table.Th>
            <Table.Th role="columnheader">
              {mayEdit ? (
                <Checkbox
                  size="xs"
                  label={nameTitle}
                  aria-label={t('ticketing.selectAll', { name: nameTitle })}
                  styles={{ label: { fontWeight: 700, fontSize: 'inherit' } }}
                  checked={allSelected}
                  indeterminate={!allSelected && ids.some((id) => selected.has(id))}
                  onChange={() => onSelect(new Set(allSelected ? [] : ids))}
                />
              ) : (
                nameTitle
              )}
            </Table.Th>
            {columns.map((column) => (
              <Table.Th key={column.key} role="columnheader" w={isNarrow(column) ? 88 : 140}>
                {column.title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody role="rowgroup">
          {drawn.map(({ index, start }, n) => {
            const shown = rows[index]
            if (shown === undefined) return null
            const { id } = shown.row
            return (
              <Fragment key={id}>
                <Gap height={start - (drawn[n - 1]?.end ?? 0)} span={columns.length + leadingColumns} />
                <GridRowView
                  shown={shown}
                  index={index}
                  columns={columns}
                  choices={choices}
                  toggleTitle={toggleTitle}
                  nameTitle={nameTitle}
                  mayEdit={mayEdit}
                  isSelected={selected.has(id)}
                  active={index === activeRow ? active.column : null}
                  editing={editing?.id === id ? editing : null}
                  measure={isLong ? virtual.measureElement : undefined}
                  onToggle={acts.toggle}
                  onCheck={acts.check}
                  onEnd={acts.end}
                />
              </Fragment>
            )
          })}
          <Gap height={isLong ? virtual.getTotalSize() - (drawn.at(-1)?.end ?? 0) : 0} span={columns.length + 2} />
        </Table.Tbody>
      </Table>
    </div>
  )
}

function isNarrow(column: GridColumn): boolean {
  return column.kind === 'time' || column.field.kind === 'integer'
}

/** The cell that something is in; null when it is in none. */
function placeOf(target: EventTarget): Active | null {
  const cell = target instanceof Element ? target.closest<HTMLElement>('[data-cell]') : null
  const id = cell?.closest<HTMLElement>('[data-row]')?.dataset.row
  return cell === null || id === undefined ? null : { id, column: Number(cell.dataset.cell) }
}

/** Room of rows that are not drawn. */
function Gap({ height, span }: { height: number; span: number }): ReactNode {
  if (height <= 0) return null
  return (
    <tr aria-hidden>
      <td colSpan={span} style={{ height, padding: 0, border: 0 }} />
    </tr>
  )
}
