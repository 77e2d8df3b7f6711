import { Select, SimpleGrid, Text, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MailReading } from '../../api/generated/types.gen.ts'
import { monospace } from './channel-fields.tsx'
import { RuleDialog, type RuleEditing } from './rule-dialog.tsx'
import { RuleList } from './rule-list.tsx'

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
  return (
    <RuleList
      title={t('hub.companyRules')}
      help={t('hub.companyRulesHelp')}
      none={t('hub.noCompanyRules')}
      add={t('hub.addRule')}
      rules={rules}
      fresh={{ ...fresh, on: places[0] ?? 'host' }}
      errors={errors}
      isReadOnly={isReadOnly}
      onChange={onChange}
      edit={(editing) => <EditRule places={places} {...editing} />}
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
  )
}

function EditRule({
  places,
  rule,
  errors,
  onApply,
  onClose,
}: RuleEditing<CompanyRule> & { places: readonly Place[] }): ReactNode {
  const { t } = useTranslation()
  const [form, setForm] = useState(rule)
  const set = (change: Partial<CompanyRule>) => setForm((now) => ({ ...now, ...change }))

  return (
    <RuleDialog
      title={t('hub.companyRule')}
      name={form.name}
      error={errors.name}
      onName={(name) => set({ name })}
      onApply={() => onApply(form)}
      onClose={onClose}
    >
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
    </RuleDialog>
  )
}
