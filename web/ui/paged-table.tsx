import { Button, Group } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Paged } from '../api/paged.ts'
import { type Column, DataTable, RowCount } from './data-table.tsx'
import { Empty, Failed, Loading } from './states.tsx'

/** A paged list with its states: loading, failed, empty, and more to come. */
export function PagedTable<Row>({
  caption,
  columns,
  paged,
  rowKey,
  isDimmed,
  empty,
}: {
  caption: string
  columns: readonly Column<Row>[]
  paged: Paged<Row>
  rowKey(row: Row): string | number
  isDimmed?(row: Row): boolean
  /** Said when there is nothing. */
  empty: { readonly title: string; readonly text?: string }
}): ReactNode {
  const { t } = useTranslation()
  const { rows, error, hasMore, isLoadingMore } = paged
  if (rows === undefined) return error === null ? <Loading /> : <Failed error={error} retry={paged.again} />
  return (
    <>
      {error !== null && <Failed error={error} retry={paged.again} />}
      {rows.length === 0 ? (
        <Empty title={empty.title}>{empty.text}</Empty>
      ) : (
        <DataTable
          caption={caption}
          columns={columns}
          rows={rows}
          rowKey={rowKey}
          {...(isDimmed !== undefined && { isDimmed })}
        />
      )}
      {rows.length > 0 && (
        <Group justify="space-between">
          <RowCount shown={rows.length} more={hasMore} />
          {hasMore && (
            <Button size="xs" variant="default" loading={isLoadingMore} onClick={paged.loadMore}>
              {t('table.more')}
            </Button>
          )}
        </Group>
      )}
    </>
  )
}
