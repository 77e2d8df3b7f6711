import { Button, Group, Select, Switch, Text, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MailReading } from '../../api/generated/types.gen.ts'
import { monospace } from './channel-fields.tsx'
import { RuleDialog, type RuleEditing } from './rule-dialog.tsx'
import { RuleList } from './rule-list.tsx'

type ReadRule = MailReading['patterns'][number]

/** Patterns by which a message is read: the first that fits gives its words. */
export function ReadRules({
  title,
  help,
  none,
  fieldNames,
  words,
  rules,
  errors,
  isReadOnly,
  onChange,
}: {
  title: string
  help: string
  none: string
  /** Fields that a pattern may look at; null: any, by its name. */
  fieldNames: readonly string[] | null
  /** Words that a pattern may give. */
  words: readonly string[]
  rules: readonly ReadRule[]
  errors: Readonly<Record<string, string>>
  isReadOnly: boolean
  onChange(rules: ReadRule[]): void
}): ReactNode {
  const { t } = useTranslation()
  const fresh: ReadRule = {
    name: '',
    enabled: true,
    when: [{ field: fieldNames?.at(-1) ?? '', pattern: '' }],
    words: {},
  }
  return (
    <RuleList
      title={title}
      help={help}
      none={none}
      add={t('hub.addPattern')}
      rules={rules}
      fresh={fresh}
      errors={errors}
      isReadOnly={isReadOnly}
      onChange={onChange}
      edit={(editing) => <EditPattern fieldNames={fieldNames} words={words} {...editing} />}
      columns={[
        {
          key: 'name',
          title: t('hub.ruleName'),
          cell: ({ name }) => <Text size="sm">{name || '–'}</Text>,
        },
        {
          key: 'state',
          title: t('hub.patternOn'),
          width: 100,
          cell: ({ enabled }) => (
            <Text size="sm" c={enabled ? undefined : 'dimmed'}>
              {t(enabled ? 'connections.yes' : 'connections.no')}
            </Text>
          ),
        },
        {
          key: 'reads',
          title: t('hub.readsAs'),
          cell: ({ words: said }) => (
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {said.title ?? said.type ?? said.status ?? said.level ?? t('hub.ofThePattern')}
              {said.state !== undefined && ` (${said.state})`}
            </Text>
          ),
        },
      ]}
    />
  )
}

function EditPattern({
  fieldNames,
  words,
  rule,
  errors,
  onApply,
  onClose,
}: RuleEditing<ReadRule> & { fieldNames: readonly string[] | null; words: readonly string[] }): ReactNode {
  const { t } = useTranslation()
  const [form, setForm] = useState(rule)
  const set = (change: Partial<ReadRule>) => setForm((now) => ({ ...now, ...change }))
  const setCondition = (place: number, change: Partial<ReadRule['when'][number]>) =>
    set({ when: form.when.map((one, n) => (n === place ? { ...one, ...change } : one)) })

  return (
    <RuleDialog
      title={t('hub.patternTitle')}
      name={form.name}
      error={errors.name}
      onName={(name) => set({ name })}
      onApply={() => onApply({ ...form, words: withoutEmpty(form.words) })}
      onClose={onClose}
    >
      <Switch
        label={t('hub.patternOn')}
        checked={form.enabled}
        onChange={(event) => set({ enabled: event.currentTarget.checked })}
      />
      <Text size="sm" fw={600}>
        {t('hub.conditions')}
      </Text>
      <Text size="xs" c="dimmed">
        {t('hub.conditionsHelp')}
      </Text>
      {form.when.map(({ field, pattern }, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a condition has nothing but its place
        <Group key={place} gap="xs" align="flex-start" wrap="nowrap">
          {fieldNames === null ? (
            <TextInput
              w={140}
              aria-label={t('hub.fieldOf', { number: place + 1 })}
              placeholder={t('hub.fieldName')}
              spellCheck={false}
              value={field}
              onChange={(event) => setCondition(place, { field: event.currentTarget.value })}
            />
          ) : (
            <Select
              w={140}
              aria-label={t('hub.fieldOf', { number: place + 1 })}
              allowDeselect={false}
              data={[...fieldNames]}
              value={field}
              onChange={(next) => setCondition(place, { field: next ?? field })}
            />
          )}
          <TextInput
            flex={1}
            aria-label={t('hub.patternOf', { number: place + 1 })}
            placeholder={t('hub.pattern')}
            spellCheck={false}
            autoComplete="off"
            styles={{ input: monospace }}
            value={pattern}
            onChange={(event) => setCondition(place, { pattern: event.currentTarget.value })}
          />
          <Button
            variant="subtle"
            color="red"
            px="xs"
            disabled={form.when.length === 1}
            aria-label={t('hub.removeCondition', { number: place + 1 })}
            onClick={() => set({ when: form.when.filter((_, n) => n !== place) })}
          >
            ×
          </Button>
        </Group>
      ))}
      {errors.when !== undefined && (
        <Text size="xs" c="red" role="alert">
          {errors.when}
        </Text>
      )}
      <Group>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => set({ when: [...form.when, { field: fieldNames?.at(-1) ?? '', pattern: '' }] })}
        >
          {t('hub.addCondition')}
        </Button>
      </Group>
      <Text size="sm" fw={600}>
        {t('hub.words')}
      </Text>
      <Text size="xs" c="dimmed">
        {t('hub.wordsHelp')}
      </Text>
      {words.map((word) => (
        <Group key={word} gap="xs" wrap="nowrap">
          <Text size="sm" w={90} ff="monospace" id={`word-${word}`}>
            {word}
          </Text>
          <TextInput
            flex={1}
            size="xs"
            aria-labelledby={`word-${word}`}
            placeholder={t(`hub.wordHelp.${word}`, { defaultValue: '' })}
            autoComplete="off"
            spellCheck={false}
            value={form.words[word] ?? ''}
            onChange={(event) => set({ words: { ...form.words, [word]: event.currentTarget.value } })}
          />
        </Group>
      ))}
      {errors.words !== undefined && (
        <Text size="xs" c="red" role="alert">
          {errors.words}
        </Text>
      )}
    </RuleDialog>
  )
}

/** A word without a value is none. */
function withoutEmpty(words: ReadRule['words']): ReadRule['words'] {
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== ''))
}
