import { Button, Group, Stack, Text, Title } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import type { RuleEditing } from './rule-dialog.tsx'

type Placed<Rule> = { readonly rule: Rule; readonly index: number }

/** Rules in an order that counts: the first that fits wins. Added, edited, moved and deleted; nothing is saved by it. */
export function RuleList<Rule extends { readonly name: string }>({
  title,
  help,
  none,
  add,
  rules,
  fresh,
  columns,
  errors,
  isReadOnly,
  edit,
  onChange,
}: {
  title: string
  help: string
  /** Said when there is no rule. */
  none: string
  /** Words on the button that adds one. */
  add: string
  rules: readonly Rule[]
  /** What a new one begins as. */
  fresh: Rule
  columns: readonly Column<Rule>[]
  /** What was refused, by the rule's place and field: `3.value`. */
  errors: Readonly<Record<string, string>>
  isReadOnly: boolean
  /** The dialog in which one is edited. */
  edit(editing: RuleEditing<Rule>): ReactNode
  onChange(rules: Rule[]): void
}): ReactNode {
  const { t } = useTranslation()
  // A new one has no place yet.
  const [editing, setEditing] = useState<{ readonly index: number | null } | null>(null)
  const rows = rules.map((rule, index): Placed<Rule> => ({ rule, index }))

  function move(index: number, by: 1 | -1): void {
    const next = [...rules]
    const [moved] = next.splice(index, 1)
    if (moved !== undefined) next.splice(index + by, 0, moved)
    onChange(next)
  }

  function dialogOf(index: number | null): ReactNode {
    const rule = index === null ? undefined : rules[index]
    return edit({
      rule: rule ?? fresh,
      errors: index === null ? {} : errorsOf(errors, String(index)),
      onApply: (next) => {
        onChange(index === null ? [...rules, next] : rules.map((one, n) => (n === index ? next : one)))
        setEditing(null)
      },
      onClose: () => setEditing(null),
    })
  }

  return (
    <Stack gap="xs">
      <Group justify="space-between" align="flex-end" gap="xs">
        <div>
          <Title order={3}>{title}</Title>
          <Text size="xs" c="dimmed">
            {help}
          </Text>
        </div>
        {!isReadOnly && (
          <Button size="xs" variant="default" onClick={() => setEditing({ index: null })}>
            {add}
          </Button>
        )}
      </Group>
      {rules.length === 0 ? (
        <Text size="sm" c="dimmed">
          {none}
        </Text>
      ) : (
        <DataTable
          caption={title}
          height="420px"
          rows={rows}
          rowKey={({ index }) => index}
          columns={[
            { key: 'place', title: t('hub.place'), width: 44, cell: ({ index }) => index + 1 },
            ...columns.map(({ cell, ...column }, n) => ({
              ...column,
              cell: ({ rule, index }: Placed<Rule>) => (
                <>
                  {cell(rule)}
                  {n === 0 &&
                    Object.values(errorsOf(errors, String(index))).map((words) => (
                      <Text key={words} size="xs" c="red">
                        {words}
                      </Text>
                    ))}
                </>
              ),
            })),
            ...(isReadOnly
              ? []
              : [
                  {
                    key: 'acts',
                    title: t('hub.acts'),
                    hidden: true,
                    width: 232,
                    cell: ({ rule: { name }, index }: Placed<Rule>) => (
                      <Group gap={4} justify="flex-end" wrap="nowrap">
                        <Button
                          size="compact-xs"
                          variant="default"
                          disabled={index === 0}
                          aria-label={t('hub.moveUp', { name })}
                          onClick={() => move(index, -1)}
                        >
                          ↑
                        </Button>
                        <Button
                          size="compact-xs"
                          variant="default"
                          disabled={index === rules.length - 1}
                          aria-label={t('hub.moveDown', { name })}
                          onClick={() => move(index, 1)}
                        >
                          ↓
                        </Button>
                        <Button
                          size="compact-xs"
                          variant="default"
                          aria-label={t('hub.editOf', { name })}
                          onClick={() => setEditing({ index })}
                        >
                          {t('hub.edit')}
                        </Button>
                        <Button
                          size="compact-xs"
                          variant="subtle"
                          color="red"
                          aria-label={t('hub.removeOf', { name })}
                          onClick={() => onChange(rules.filter((_, n) => n !== index))}
                        >
                          {t('hub.remove')}
                        </Button>
                      </Group>
                    ),
                  },
                ]),
          ]}
        />
      )}
      {editing !== null && dialogOf(editing.index)}
    </Stack>
  )
}

/** Of errors by path, those under `name`, with the rest of the path. */
export function errorsOf(errors: Readonly<Record<string, string>>, name: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(errors).flatMap(([field, words]) =>
      field.startsWith(`${name}.`) ? [[field.slice(name.length + 1), words]] : [],
    ),
  )
}
