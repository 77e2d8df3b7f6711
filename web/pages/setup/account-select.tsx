import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { findAccounts } from '../../api/generated/sdk.gen.ts'

const offered = 50

export type ChosenAccount = { readonly id: string; readonly name: string }

/** Chooses an account of the desk; the server looks for what is typed, since there may be thousands. */
export function AccountSelect({
  psaId,
  label,
  description,
  isHiddenLabel = false,
  onlyFree = false,
  value,
  error,
  onChange,
}: {
  psaId: number
  label: string
  description?: string
  /** The label is for screen readers alone. */
  isHiddenLabel?: boolean
  /** Leaves out those that some tenant has. */
  onlyFree?: boolean
  value: ChosenAccount | null
  error?: string | undefined
  onChange(account: ChosenAccount | null): void
}): ReactNode {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const [settled] = useDebouncedValue(typed, 250)
  // What stands in the field after a choice is the choice itself and nothing to look for.
  const search = settled === value?.name ? '' : settled.trim()
  const accounts = useQuery({
    queryKey: ['accounts', 'setup', psaId, search, onlyFree],
    queryFn: () =>
      call(
        findAccounts({
          path: { id: psaId },
          query: { limit: offered, ...(search !== '' && { search }), ...(onlyFree && { mapped: 'false' }) },
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })
  const found = accounts.data?.items ?? []
  const all = value === null || found.some(({ id }) => id === value.id) ? found : [value, ...found]
  return (
    <Select
      {...(isHiddenLabel ? { 'aria-label': label } : { label })}
      description={description}
      placeholder={t('setup.chooseAccount')}
      searchable
      clearable
      filter={({ options }) => options}
      nothingFoundMessage={accounts.isFetching ? t('state.loading') : (accounts.error?.message ?? t('forms.noChoice'))}
      onSearchChange={setTyped}
      data={all.map(({ id, name }) => ({ value: id, label: name }))}
      value={value?.id ?? null}
      error={error ?? accounts.data?.problem ?? undefined}
      onChange={(id) => onChange(all.find((one) => one.id === id) ?? null)}
    />
  )
}
