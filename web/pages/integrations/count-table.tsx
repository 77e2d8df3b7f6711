import { Group, Table, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { LevelBadge } from '../../ui/level-badge.tsx'

/** A number for each of the table's columns of numbers. */
export type CountRow = { readonly key: string; readonly cell: ReactNode; readonly counts: readonly number[] }

/** A short list with numbers, the last one bold where it differs from the first; of a long list the end is a number. */
export function CountTable({
  caption,
  counted,
  rows,
  most,
}: {
  caption: string
  /** Titles of the columns of numbers. */
  counted: readonly string[]
  /** In the order they are shown. */
  rows: readonly CountRow[]
  /** Rows that are shown. */
  most: number
}): ReactNode {
  const { t } = useTranslation()
  if (rows.length === 0) return null
  return (
    <div>
      <Table verticalSpacing={4} withTableBorder>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{caption}</Table.Th>
            {counted.map((title) => (
              <Table.Th key={title} ta="right" w={110}>
                {title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.slice(0, most).map(({ key, cell, counts }) => (
            <Table.Tr key={key}>
              <Table.Td>{cell}</Table.Td>
              {counts.map((count, n) => (
                <Table.Td key={counted[n]} ta="right" fw={n > 0 && count !== counts[0] ? 700 : 400}>
                  {count}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {rows.length > most && (
        <Text size="xs" c="dimmed">
          {t('integrations.andMore', { count: rows.length - most })}
        </Text>
      )}
    </div>
  )
}

/** A rule in such a list, with its level where it has one. */
export function CountedRule({ section, title }: { section: string; title: string }): ReactNode {
  return (
    <Group gap="xs" wrap="nowrap">
      {(section === 'warning' || section === 'critical') && <LevelBadge level={section} />}
      {title}
    </Group>
  )
}
