import { Alert, Anchor, Button, Group, Stack, Table, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { listMappings, mapTenants, suggestMappings } from '../../api/generated/sdk.gen.ts'
import type { Setup } from '../../api/generated/types.gen.ts'
import type { Integration } from '../../app/current-integration.ts'
import { useTerms } from '../../app/terms.ts'
import { Failed, Loading } from '../../ui/states.tsx'
import { AccountSelect, type ChosenAccount } from './account-select.tsx'
import { FirstReading } from './first-reading.tsx'

/** More are mapped on the screen that is made for it. */
const shownAtOnce = 8

/** The first clients, with the accounts that their names suggest; nothing is mapped before somebody says so. */
export function MapStep({
  setup,
  integration,
  onMapped,
}: {
  setup: Setup
  integration: Integration
  onMapped(): void
}): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const queries = useQueryClient()
  const { id, psaId } = integration
  const [chosen, setChosen] = useState<Readonly<Record<number, ChosenAccount | null>>>({})
  const key = [id, setup.tenants, setup.mapped]
  const unmapped = useQuery({
    queryKey: ['mappings', 'setup', 'not-mapped', ...key],
    queryFn: () => call(listMappings({ path: { id }, query: { view: 'not-mapped', limit: 100 } })),
  })
  const suggested = useQuery({
    queryKey: ['mappings', 'setup', 'suggestions', ...key],
    queryFn: () => call(suggestMappings({ path: { id } })),
    enabled: setup.tenants > 0,
  })
  const byTenant = new Map(suggested.data?.suggestions.map((one) => [one.tenantId, one]))
  const rows = [...(unmapped.data?.items ?? [])]
    .sort((a, b) => Number(byTenant.has(b.tenantId)) - Number(byTenant.has(a.tenantId)))
    .slice(0, shownAtOnce)
  const accountOf = (tenantId: number): ChosenAccount | null => {
    const mine = chosen[tenantId]
    if (mine !== undefined) return mine
    const proposed = byTenant.get(tenantId)
    return proposed?.sure === true ? proposed.account : null
  }
  const ready = rows.flatMap(({ tenantId }) => {
    const account = accountOf(tenantId)
    return account === null ? [] : [{ tenantId, accountId: account.id }]
  })
  const mapping = useMutation({
    mutationFn: () => call(mapTenants({ path: { id }, body: { rows: ready } })),
    onSuccess: async () => {
      setChosen({})
      onMapped()
      await queries.invalidateQueries()
    },
  })
  const refused = new Map(mapping.data?.rows.map((row) => [row.tenantId, row.message]))
  const error = unmapped.error ?? suggested.error

  if (setup.tenants === 0) return <FirstReading sourceId={integration.sourceId} />
  if (error !== null) return <Failed error={error} retry={() => void suggested.refetch()} />
  if (unmapped.data === undefined || suggested.data === undefined) return <Loading />
  const left = unmapped.data.counts['not-mapped'] - rows.length
  return (
    <Stack gap="sm">
      {mapping.data !== undefined && mapping.data.mapped > 0 && (
        <Alert color="teal" role="status">
          {t('setup.mapped', { count: mapping.data.mapped })}
        </Alert>
      )}
      {suggested.data.problem !== null && <Alert color="yellow">{suggested.data.problem}</Alert>}
      {rows.length === 0 ? (
        <Text size="sm">{t('setup.allMapped')}</Text>
      ) : (
        <>
          <Text size="sm">{t('setup.mapLead', { ...terms })}</Text>
          <Table verticalSpacing={6} layout="fixed">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('setup.client')}</Table.Th>
                <Table.Th>{t('setup.account')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map(({ tenantId, name }) => {
                const proposed = byTenant.get(tenantId)
                const account = accountOf(tenantId)
                return (
                  <Table.Tr key={tenantId}>
                    <Table.Td style={{ overflowWrap: 'anywhere' }}>{name}</Table.Td>
                    <Table.Td>
                      <AccountSelect
                        psaId={psaId}
                        label={t('setup.accountOf', { name, ...terms })}
                        isHiddenLabel
                        onlyFree
                        value={account}
                        error={refused.get(tenantId) ?? undefined}
                        onChange={(next) => setChosen({ ...chosen, [tenantId]: next })}
                      />
                      {proposed !== undefined && account === null && (
                        <Button
                          size="compact-xs"
                          variant="subtle"
                          onClick={() => setChosen({ ...chosen, [tenantId]: proposed.account })}
                        >
                          {t('setup.perhaps', { name: proposed.account.name })}
                        </Button>
                      )}
                    </Table.Td>
                  </Table.Tr>
                )
              })}
            </Table.Tbody>
          </Table>
        </>
      )}
      {mapping.error !== null && <Failed error={mapping.error} />}
      <Group gap="md">
        {rows.length > 0 && (
          <Button disabled={ready.length === 0} loading={mapping.isPending} onClick={() => mapping.mutate()}>
            {t('setup.mapDo', { count: ready.length })}
          </Button>
        )}
        <Anchor component={Link} to="/accounts" size="sm">
          {left > 0 ? t('setup.mapMore', { count: left, ...terms }) : t('setup.toAccounts', { ...terms })}
        </Anchor>
      </Group>
    </Stack>
  )
}
