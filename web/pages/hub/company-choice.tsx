import { Select, SimpleGrid, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { listTenants } from '../../api/generated/sdk.gen.ts'

/** A company of a source: one that was heard of, or one that will be, by its key. */
export type CompanyChosen = { readonly key: string; readonly name: string }

const offered = 50
/** Values of the list that are no company; those of companies begin with `known`. */
const another = 'another'
const all = 'all'
const known = 'key:'

/** Chooses a company that the source has spoken of, or a new one. The server looks for what is typed. */
export function CompanyChoice({
  sourceId,
  label,
  help,
  forAll,
  value,
  errors,
  onChange,
}: {
  sourceId: number
  label: string
  help: string
  /** Words for “all companies”, where that may be chosen; it is `null` then. */
  forAll?: string
  value: CompanyChosen | null
  /** Of the fields `key` and `name`. */
  errors: { readonly key?: string | undefined; readonly name?: string | undefined }
  onChange(company: CompanyChosen | null): void
}): ReactNode {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const [shown, setShown] = useState(forAll ?? '')
  const [choice, setChoice] = useState<string | null>(forAll === undefined ? null : all)
  const [settled] = useDebouncedValue(typed, 200)
  // What is chosen stands in the field too, and is not looked for.
  const search = settled === shown ? '' : settled
  const tenants = useQuery({
    queryKey: ['tenants', 'of-source', sourceId, search],
    queryFn: () => call(listTenants({ query: { sourceId, limit: offered, ...(search !== '' && { search }) } })),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  })
  const companies = tenants.data?.items ?? []
  const isNew = choice === another

  function choose(next: string | null, label: string): void {
    setChoice(next)
    setShown(label)
    const found = companies.find(({ key }) => `${known}${key}` === next)
    if (found !== undefined) onChange({ key: found.key, name: found.name })
    else onChange(next === another ? { key: '', name: '' } : null)
  }

  return (
    <>
      <Select
        label={label}
        description={help}
        required={forAll === undefined}
        data-autofocus={forAll === undefined || undefined}
        searchable
        allowDeselect={false}
        nothingFoundMessage={t('hub.noCompany')}
        // The server has looked already; what stands for no company is always offered.
        filter={({ options }) => options}
        onSearchChange={setTyped}
        data={[
          ...(forAll === undefined ? [] : [{ value: all, label: forAll }]),
          ...companies.map(({ key, name }) => ({
            value: `${known}${key}`,
            label: key === name ? name : `${name} (${key})`,
          })),
          { value: another, label: t('hub.anotherCompany') },
        ]}
        value={choice}
        error={isNew ? undefined : errors.key}
        onChange={(next, option) => choose(next, option?.label ?? '')}
      />
      {isNew && (
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <TextInput
            label={t('hub.companyKey')}
            description={t('hub.companyKeyHelp')}
            required
            autoComplete="off"
            spellCheck={false}
            value={value?.key ?? ''}
            error={errors.key}
            onChange={(event) => onChange({ key: event.currentTarget.value, name: value?.name ?? '' })}
          />
          <TextInput
            label={t('hub.companyName')}
            description={t('hub.companyNameHelp')}
            autoComplete="off"
            value={value?.name ?? ''}
            error={errors.name}
            onChange={(event) => onChange({ key: value?.key ?? '', name: event.currentTarget.value })}
          />
        </SimpleGrid>
      )}
    </>
  )
}
