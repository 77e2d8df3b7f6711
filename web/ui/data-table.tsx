import { Box, Table, Text, VisuallyHidden } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './data-table.module.css'

export type Column<Row> = {
  readonly key: string
  readonly title: string
  /** CSS width; the rest is shared out. */
  readonly width?: number | string
  readonly align?: 'left' | 'right'
  /** Its text is never broken: names of computers break at every hyphen otherwise. */
  readonly isWhole?: boolean
  /** The title is for screen readers alone. */
  readonly hidden?: boolean
  cell(row: Row): ReactNode
}

/** Rows beyond which only those in sight are drawn. */
const drawAllUpTo = 60
const rowHeight = 37
const mostSideBySide = 4

/**
 * A table of any length: a real `<table>` with a caption for screen readers; long ones draw only the rows in sight and
 * say their true count.
 */
export function DataTable<Row>({
  caption,
  columns,
  rows,
  rowKey,
  height = 'calc(100dvh - 220px)',
  isDimmed,
  footer,
}: {
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey(row: Row): string | number
  /** Of the scrolling box of a long table. */
  height?: string
  isDimmed?(row: Row): boolean
  /** Below the last row: “more”, or nothing. */
  footer?: ReactNode
}): ReactNode {
  const box = useRef<HTMLDivElement>(null)
  const isLong = rows.length > drawAllUpTo
  // On a phone a wide row becomes a small card, each value beside its title.
  const stacks = columns.length > mostSideBySide
  const virtual = useVirtualizer({
    count: rows.length,
    enabled: isLong,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  })
  const [scrolls, setScrolls] = useState(false)
  // What scrolls must be reachable by keyboard; what does not is no stop on the way.
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const look = () =>
      setScrolls(element.scrollHeight > element.clientHeight + 1 || element.scrollWidth > element.clientWidth + 1)
    look()
    const watching = new ResizeObserver(look)
    watching.observe(element)
    if (element.firstElementChild !== null) watching.observe(element.firstElementChild)
    return () => watching.disconnect()
  }, [])
  const items = virtual.getVirtualItems()
  const first = items[0]
  const last = items.at(-1)
  const drawn = isLong
    ? items.flatMap(({ index }) => {
        const row = rows[index]
        return row === undefined ? [] : [{ row, index }]
      })
    : rows.map((row, index) => ({ row, index }))

  return (
    <Box
      ref={box}
      className={classes.box}
      mah={height}
      mih={isLong ? 320 : undefined}
      tabIndex={scrolls ? 0 : undefined}
      role={scrolls ? 'region' : undefined}
      aria-label={scrolls ? caption : undefined}
    >
      <Table
        stickyHeader
        highlightOnHover
        verticalSpacing={6}
        role="table"
        aria-rowcount={rows.length + 1}
        className={stacks ? classes.stacks : undefined}
      >
        <caption>
          <VisuallyHidden>{caption}</VisuallyHidden>
        </caption>
        <Table.Thead role="rowgroup">
          <Table.Tr role="row" aria-rowindex={1}>
            {columns.map(({ key, title, width, align, hidden }) => (
              <Table.Th key={key} w={width} ta={align} scope="col" role="columnheader">
                {hidden === true ? <VisuallyHidden>{title}</VisuallyHidden> : title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody role="rowgroup">
          <Spacer height={first?.start ?? 0} span={columns.length} />
          {drawn.map(({ row, index }) => (
            <Table.Tr
              key={rowKey(row)}
              role="row"
              aria-rowindex={index + 2}
              data-index={index}
              ref={isLong ? virtual.measureElement : undefined}
              className={isDimmed?.(row) === true ? classes.dimmed : undefined}
            >
              {columns.map(({ key, title, align, isWhole, hidden, cell }) => (
                <Table.Td
                  key={key}
                  ta={align}
                  role="cell"
                  className={isWhole === true ? classes.whole : undefined}
                  data-label={hidden === true ? undefined : title}
                >
                  {cell(row)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
          <Spacer height={last === undefined ? 0 : virtual.getTotalSize() - last.end} span={columns.length} />
        </Table.Tbody>
      </Table>
      {footer}
    </Box>
  )
}

function Spacer({ height, span }: { height: number; span: number }): ReactNode {
  if (height <= 0) return null
  return (
    <tr aria-hidden>
      <td colSpan={span} style={{ height, padding: 0, border: 0 }} />
    </tr>
  )
}

/** How many rows are shown, and whether there are more. */
export function RowCount({ shown, more }: { shown: number; more: boolean }): ReactNode {
  const { t } = useTranslation()
  return (
    <Text size="xs" c="dimmed" role="status" aria-live="polite">
      {t(more ? 'table.shownOfMore' : 'table.shown', { count: shown })}
    </Text>
  )
}
