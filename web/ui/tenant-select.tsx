import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../api/call.ts'
import { listTenants } from '../api/generated/sdk.gen.ts'

const offered = 50

/** Chooses one client, or all. The server looks for what is typed, since there may be thousands. */
export function TenantSelect({
  value,
  onChange,
}: {
  value: string | undefined
  onChange(id: string | undefined): void
}): ReactNode {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const [search] = useDebouncedValue(typed, 200)
  const tenants = useQuery({
    queryKey: ['tenants', 'choice', search],
    queryFn: () => call(listTenants({ query: { limit: offered, ...(search !== '' && { search }) } })),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  })
  const data = (tenants.data?.items ?? []).map(({ id, name }) => ({ value: String(id), label: name }))
  return (
    <Select
      aria-label={t('filter.client')}
      placeholder={t('filter.allClients')}
      size="xs"
      searchable
      clearable
      filter={({ options }) => options}
      onSearchChange={setTyped}
      data={data}
      value={value ?? null}
      onChange={(id) => onChange(id ?? undefined)}
    />
  )
}
