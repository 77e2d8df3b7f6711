import { Group, Loader, Select, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { findAccounts } from '../../api/generated/sdk.gen.ts'

const offered = 50

/** The drop-down of the row that is being edited. The server looks for what is typed, since a desk may have thousands. */
export function AccountChoice({
  psaId,
  integrationId,
  tenantId,
  label,
  account,
  isBusy,
  error,
  onChoose,
  onLeave,
}: {
  psaId: number
  integrationId: number
  tenantId: number
  label: string
  account: { readonly id: string; readonly name: string } | null
  isBusy: boolean
  error: string | null
  onChoose(accountId: string): void
  onLeave(): void
}): ReactNode {
  const { t } = useTranslation()
  const [typed, setTyped] = useState(account?.name ?? '')
  const [settled] = useDebouncedValue(typed, 200)
  // What stands in the field at first is what is chosen, and nothing to look for.
  const search = settled === account?.name ? '' : settled.trim()
  const found = useQuery({
    queryKey: ['accounts', psaId, 'cell', search],
    queryFn: () =>
      call(findAccounts({ path: { id: psaId }, query: { limit: offered, ...(search !== '' && { search }) } })),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })
  const items = found.data?.items ?? []
  const holders = new Map(
    items.map(({ id, tenants }) => [
      id,
      tenants.find((one) => one.integrationId === integrationId && one.id !== tenantId)?.name,
    ]),
  )
  const numbers = new Map(items.map(({ id, number }) => [id, number]))
  const data = items.map(({ id, name }) => ({ value: id, label: name, disabled: holders.get(id) !== undefined }))
  if (account !== null && search === '' && !items.some(({ id }) => id === account.id)) {
    data.unshift({ value: account.id, label: account.name, disabled: false })
  }
  return (
    <Select
      aria-label={label}
      size="xs"
      autoFocus
      searchable
      defaultDropdownOpened
      selectFirstOptionOnChange
      filter={({ options }) => options}
      searchValue={typed}
      onSearchChange={setTyped}
      data={data}
      value={account?.id ?? null}
      disabled={isBusy}
      error={error ?? found.error?.message ?? found.data?.problem ?? undefined}
      rightSection={found.isFetching || isBusy ? <Loader size={14} aria-hidden /> : undefined}
      nothingFoundMessage={found.isPending ? t('state.loading') : t('accounts.noAccount')}
      maxDropdownHeight={320}
      renderOption={({ option }) => {
        const holder = holders.get(option.value)
        return (
          <Group gap="xs" justify="space-between" wrap="nowrap" w="100%">
            <Text span size="sm">
              {option.label}
            </Text>
            <Text span size="xs" c="dimmed">
              {holder === undefined ? numbers.get(option.value) : t('accounts.taken', { name: holder })}
            </Text>
          </Group>
        )
      }}
      onChange={(id) => {
        if (id === null || id === account?.id) onLeave()
        else onChoose(id)
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onLeave()
      }}
      onBlur={() => {
        if (!isBusy && error === null) onLeave()
      }}
    />
  )
}
