import { Button, Group, Modal, Paper, SegmentedControl, Stack, Table, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Choice } from './merge.ts'

/** One thing that two people changed, in words. */
export type ConflictItem = {
  readonly id: string
  readonly title: string
  readonly differences: readonly {
    readonly key: string
    readonly label: string
    readonly was: string
    readonly theirs: string
    readonly mine: string
  }[]
}

/** The second of two savers sees what the first one changed, and decides; nothing is saved before. */
export function ConflictDialog({
  by,
  items,
  taken,
  onDecide,
  onClose,
}: {
  /** Names of those who saved; empty when nobody knows. */
  by: readonly string[]
  /** What both changed. */
  items: readonly ConflictItem[]
  /** Titles of what only they changed, and what stays as they saved it. */
  taken: readonly string[]
  onDecide(choices: ReadonlyMap<string, Choice>): void
  onClose(): void
}): ReactNode {
  const { t } = useTranslation()
  const [choices, setChoices] = useState<ReadonlyMap<string, Choice>>(new Map())
  const names = by.length === 0 ? t('ticketing.somebody') : by.join(', ')
  const all = (choice: Choice) => setChoices(new Map(items.map(({ id }) => [id, choice])))
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={t('ticketing.conflictTitle', { names })}
      closeButtonProps={{ 'aria-label': t('confirm.close') }}
    >
      <Stack gap="md">
        <Text size="sm">{t(items.length === 0 ? 'ticketing.conflictNone' : 'ticketing.conflictLead')}</Text>
        {items.length > 1 && (
          <Group gap="xs">
            <Button size="compact-sm" variant="default" onClick={() => all('theirs')}>
              {t('ticketing.allTheirs')}
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => all('mine')}>
              {t('ticketing.allMine')}
            </Button>
          </Group>
        )}
        {items.map((item) => (
          <Item
            key={item.id}
            item={item}
            choice={choices.get(item.id)}
            onChoose={(choice) => setChoices(new Map(choices).set(item.id, choice))}
          />
        ))}
        {taken.length > 0 && (
          <Text size="sm" c="dimmed">
            {t('ticketing.conflictTaken', { rows: taken.join(', ') })}
          </Text>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('ticketing.conflictBack')}
          </Button>
          <Button disabled={choices.size < items.length} onClick={() => onDecide(choices)}>
            {t(items.length === 0 ? 'ticketing.conflictSaveToo' : 'ticketing.conflictSave')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

function Item({
  item: { id, title, differences },
  choice,
  onChoose,
}: {
  item: ConflictItem
  choice: Choice | undefined
  onChoose(choice: Choice): void
}): ReactNode {
  const { t } = useTranslation()
  const words = (text: string) => (text === '' ? '–' : text)
  return (
    <Paper withBorder p="sm" role="group" aria-label={title}>
      <Group justify="space-between" mb="xs">
        <Text fw={600} size="sm">
          {title}
        </Text>
        <SegmentedControl
          size="xs"
          aria-label={t('ticketing.whose', { title })}
          // None is chosen before the person chose.
          value={choice ?? ''}
          onChange={(next) => onChoose(next === 'mine' ? 'mine' : 'theirs')}
          data={[
            { value: 'theirs', label: t('ticketing.theirs') },
            { value: 'mine', label: t('ticketing.mine') },
          ]}
        />
      </Group>
      <Table.ScrollContainer minWidth={420} id={`differences-${id}`}>
        <Table verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('ticketing.setting')}</Table.Th>
              <Table.Th>{t('ticketing.was')}</Table.Th>
              <Table.Th>{t('ticketing.theirs')}</Table.Th>
              <Table.Th>{t('ticketing.mine')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {differences.map(({ key, label, was, theirs, mine }) => (
              <Table.Tr key={key}>
                <Table.Td>{label}</Table.Td>
                <Table.Td>{words(was)}</Table.Td>
                <Table.Td fw={theirs === was ? 400 : 700}>{words(theirs)}</Table.Td>
                <Table.Td fw={mine === was ? 400 : 700}>{words(mine)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  )
}
