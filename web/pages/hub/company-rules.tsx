import { Button, Group, Modal, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MailReading } from '../../api/generated/types.gen.ts'
import { monospace } from './channel-fields.tsx'
import { errorsOf, RuleList, withRule } from './rule-list.tsx'

type CompanyRule = MailReading['companyRules'][number]
type Place = CompanyRule['on']

const fresh: CompanyRule = {
  name: '',
  on: 'host',
  field: '',
  match: 'exact',
  value: '',
  company: '',
  companyName: '',
}
const matches = ['exact', 'pattern'] as const

/** Whose a message is: rules in order, the first that fits says it. */
export function CompanyRules({
  places,
  rules,
  errors,
  isReadOnly,
  onChange,
}: {
  /** What messages of this channel have; the first is proposed. */
  places: readonly Place[]
  rules: readonly CompanyRule[]
  errors: Readonly<Record<string, string>>
  isReadOnly: boolean
  onChange(rules: CompanyRule[]): void
}): ReactNode {
  const { t } = useTranslation()
  const [editing, setEditing] = useState<{ index: number | null } | null>(null)
  return (
    <>
      <RuleList
        title={t('hub.companyRules')}
        help={t('hub.companyRulesHelp')}
        none={t('hub.noCompanyRules')}
        add={t('hub.addRule')}
        rules={rules}
        errors={errors}
        isReadOnly={isReadOnly}
        onChange={onChange}
        onEdit={(index) => setEditing({ index })}
        columns={[
          { key: 'name', title: t('hub.ruleName'), cell: ({ name }) => <Text size="sm">{name || '–'}</Text> },
          {
            key: 'when',
            title: t('hub.when'),
            cell: ({ on, field, match, value }) => (
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                {on === 'field' ? field : t(`hub.places.${on}`)} {t(`hub.matchWords.${match}`)}{' '}
                <Text span inherit ff="monospace">
                  {value}
                </Text>
              </Text>
            ),
          },
          {
            key: 'company',
            title: t('hub.company'),
            cell: ({ company, companyName }) => (
              <Text size="sm">{company === '' ? t('hub.ofThePattern') : companyName || company}</Text>
            ),
          },
        ]}
      />
      {editing !== null && (
        <EditRule
          places={places}
          rule={(editing.index === null ? undefined : rules[editing.index]) ?? { ...fresh, on: places[0] ?? 'host' }}
          errors={editing.index === null ? {} : errorsOf(errors, String(editing.index))}
          onClose={() => setEditing(null)}
          onApply={(rule) => {
            onChange(withRule(rules, editing.index, rule))
            setEditing(null)
          }}
        />
      )}
    </>
  )
}

function EditRule({
  places,
  rule,
  errors,
  onApply,
  onClose,
}: {
  places: readonly Place[]
  rule: CompanyRule
  errors: Readonly<Record<string, string>>
  onApply(rule: CompanyRule): void
  onClose(): void
}): ReactNode {
  const { t } = useTranslation()
  const [form, setForm] = useState(rule)
  const set = (change: Partial<CompanyRule>) => setForm((now) => ({ ...now, ...change }))

  function submit(event: FormEvent): void {
    event.preventDefault()
    event.stopPropagation()
    onApply(form)
  }

  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('hub.companyRule')}
      centered
      closeButtonProps={{ 'aria-label': t('confirm.close') }}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={t('hub.ruleName')}
            required
            data-autofocus
            autoComplete="off"
            value={form.name}
            error={errors.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <Select
              label={t('hub.looksAt')}
              description={t(`hub.placeHelp.${form.on}`)}
              allowDeselect={false}
              data={places.map((value) => ({ value, label: t(`hub.places.${value}`) }))}
              value={form.on}
              onChange={(next) => set({ on: places.find((place) => place === next) ?? form.on })}
            />
            <Select
              label={t('hub.match')}
              description={t(`hub.matchHelp.${form.match}`)}
              allowDeselect={false}
              data={matches.map((value) => ({ value, label: t(`hub.matches.${value}`) }))}
              value={form.match}
              onChange={(next) => set({ match: matches.find((match) => match === next) ?? form.match })}
            />
          </SimpleGrid>
          {form.on === 'field' && (
            <TextInput
              label={t('hub.fieldName')}
              description={t('hub.fieldNameHelp')}
              required
              autoComplete="off"
              spellCheck={false}
              value={form.field}
              error={errors.field}
              onChange={(event) => set({ field: event.currentTarget.value })}
            />
          )}
          <TextInput
            label={t(form.match === 'pattern' ? 'hub.pattern' : 'hub.value')}
            required
            autoComplete="off"
            spellCheck={false}
            styles={{ input: monospace }}
            value={form.value}
            error={errors.value}
            onChange={(event) => set({ value: event.currentTarget.value })}
          />
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <TextInput
              label={t('hub.companyKey')}
              description={t(form.match === 'pattern' ? 'hub.companyOfPattern' : 'hub.companyKeyHelp')}
              required={form.match === 'exact'}
              autoComplete="off"
              spellCheck={false}
              value={form.company}
              error={errors.company}
              onChange={(event) => set({ company: event.currentTarget.value })}
            />
            <TextInput
              label={t('hub.companyName')}
              description={t('hub.companyNameHelp')}
              autoComplete="off"
              value={form.companyName}
              error={errors.companyName}
              onChange={(event) => set({ companyName: event.currentTarget.value })}
            />
          </SimpleGrid>
          <ApplyButtons onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  )
}

/** Below a form whose result is not saved yet by being applied. */
export function ApplyButtons({ onClose }: { onClose(): void }): ReactNode {
  const { t } = useTranslation()
  return (
    <Group justify="space-between" gap="xs">
      <Text size="xs" c="dimmed">
        {t('hub.applyHelp')}
      </Text>
      <Group gap="xs">
        <Button variant="default" onClick={onClose}>
          {t('confirm.cancel')}
        </Button>
        <Button type="submit">{t('hub.apply')}</Button>
      </Group>
    </Group>
  )
}
