import { Alert, Button, Checkbox, Group, Modal, NativeSelect, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { mapTenants, suggestMappings } from '../../api/generated/sdk.gen.ts'
import type { MappingSuggestions, TenantsMapped } from '../../api/generated/types.gen.ts'
import { useTerms } from '../../app/terms.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Empty, Failed, Loading } from '../../ui/states.tsx'
import { MappingProgress } from './mapping-progress.tsx'
import { portionsOf } from './portions.ts'
import { SuggestionWhy } from './suggestion-why.tsx'
import { useMappingsChanged } from './use-mappings.ts'

type Suggestion = MappingSuggestions['suggestions'][number]
type MappedRow = TenantsMapped['rows'][number]

/** Suggestions by name, to be looked through and accepted together. */
export function Suggestions({
  integrationId,
  onMapped,
  onClose,
}: {
  integrationId: number
  onMapped(): void
  onClose(): void
}): ReactNode {
  const { t } = useTranslation()
  const found = useQuery({
    queryKey: ['mapping-review', integrationId],
    queryFn: () => call(suggestMappings({ path: { id: integrationId }, query: { refresh: 'true' } })),
    // What is being reviewed must not change under the eyes.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={t('accounts.suggestions')}
      closeButtonProps={{ 'aria-label': t('confirm.close') }}
    >
      {found.data === undefined ? (
        found.error === null ? (
          <Loading />
        ) : (
          <Failed error={found.error} retry={() => void found.refetch()} />
        )
      ) : (
        <Review found={found.data} integrationId={integrationId} onMapped={onMapped} onClose={onClose} />
      )}
    </Modal>
  )
}

function Review({
  found,
  integrationId,
  onMapped,
  onClose,
}: {
  found: MappingSuggestions
  integrationId: number
  onMapped(): void
  onClose(): void
}): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const changed = useMappingsChanged()
  // What the server has answered for stands, whatever becomes of the rest.
  const [settled, setSettled] = useState<ReadonlyMap<number, MappedRow>>(new Map())
  const suggestions = found.suggestions.filter(({ tenantId }) => !settled.has(tenantId))
  const [accepted, setAccepted] = useState<ReadonlySet<number>>(
    new Set(suggestions.flatMap(({ tenantId, sure }) => (sure ? [tenantId] : []))),
  )
  const [otherwise, setOtherwise] = useState<Readonly<Record<number, string>>>({})
  const accountOf = ({ tenantId, account }: Suggestion) => otherwise[tenantId] ?? account.id
  const rows = suggestions.flatMap((one) =>
    accepted.has(one.tenantId) ? [{ tenantId: one.tenantId, accountId: accountOf(one) }] : [],
  )
  const ofAccount = Map.groupBy(rows, ({ accountId }) => accountId)
  const doubles = [...ofAccount.values()].filter((all) => all.length > 1).length
  const mapping = useMutation({
    mutationFn: async (asked: typeof rows) => {
      for (const portion of portionsOf(asked)) {
        const answer = await call(mapTenants({ path: { id: integrationId }, body: { rows: [...portion] } }))
        setSettled((before) => new Map([...before, ...answer.rows.map((row) => [row.tenantId, row] as const)]))
      }
    },
    // Also when it broke off: some are mapped then.
    onSettled: async () => {
      onMapped()
      await changed()
    },
  })
  if (mapping.isSuccess) return <Outcome settled={[...settled.values()]} found={found} onClose={onClose} />
  if (found.suggestions.length === 0) {
    return <Empty title={t('accounts.nothingLike', { ...terms })}>{t('accounts.nothingLikeText', { ...terms })}</Empty>
  }

  const columns: readonly Column<Suggestion>[] = [
    {
      key: 'accept',
      title: t('accounts.accept'),
      hidden: true,
      width: 40,
      cell: ({ tenantId, tenantName }) => (
        <Checkbox
          size="xs"
          aria-label={t('accounts.acceptRow', { name: tenantName })}
          checked={accepted.has(tenantId)}
          onChange={(event) => {
            const next = new Set(accepted)
            if (event.currentTarget.checked) next.add(tenantId)
            else next.delete(tenantId)
            setAccepted(next)
          }}
        />
      ),
    },
    { key: 'tenant', title: t('filter.client'), cell: ({ tenantName }) => tenantName },
    {
      key: 'account',
      title: t('accounts.account', { ...terms }),
      cell: (one) =>
        one.otherAccounts.length === 0 ? (
          one.account.name
        ) : (
          <NativeSelect
            size="xs"
            aria-label={t('accounts.accountOf', { name: one.tenantName, ...terms })}
            value={accountOf(one)}
            onChange={(event) => setOtherwise({ ...otherwise, [one.tenantId]: event.currentTarget.value })}
            data={[one.account, ...one.otherAccounts].map(({ id, name, number }) => ({
              value: id,
              label: number === '' ? name : `${name} · ${number}`,
            }))}
          />
        ),
    },
    { key: 'why', title: t('accounts.why'), width: 210, cell: (one) => <SuggestionWhy suggestion={one} /> },
  ]
  const asked = mapping.variables ?? []
  const left = found.tenants - found.suggestions.length
  return (
    <Stack gap="sm">
      <Text size="sm">{t('accounts.reviewLead', { ...terms })}</Text>
      {found.problem !== null && <Alert color="yellow">{found.problem}</Alert>}
      <Checkbox
        size="xs"
        label={t('accounts.acceptAll', { count: suggestions.length })}
        checked={rows.length === suggestions.length}
        indeterminate={rows.length > 0 && rows.length < suggestions.length}
        onChange={(event) =>
          setAccepted(new Set(event.currentTarget.checked ? suggestions.map(({ tenantId }) => tenantId) : []))
        }
      />
      <DataTable
        caption={t('accounts.suggestions')}
        columns={columns}
        rows={suggestions}
        rowKey={({ tenantId }) => tenantId}
        height="50dvh"
      />
      {left > 0 && (
        <Text size="sm" c="dimmed">
          {t('accounts.withoutSuggestion', { count: left })}
        </Text>
      )}
      {doubles > 0 && (
        <Alert color="orange" role="alert">
          {t('accounts.doubles', { count: doubles, ...terms })}
        </Alert>
      )}
      {mapping.error !== null && <Failed error={mapping.error} />}
      {mapping.error !== null && settled.size > 0 && (
        <Alert color="yellow">{t('accounts.brokeOff', { count: settled.size })}</Alert>
      )}
      {mapping.isPending && (
        <MappingProgress done={asked.filter(({ tenantId }) => settled.has(tenantId)).length} all={asked.length} />
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          {t(mapping.isPending ? 'confirm.close' : 'confirm.cancel')}
        </Button>
        <Button
          disabled={rows.length === 0 || doubles > 0}
          loading={mapping.isPending}
          onClick={() => mapping.mutate(rows)}
        >
          {t('accounts.mapMany', { count: rows.length })}
        </Button>
      </Group>
    </Stack>
  )
}

/** What became of each row: how many were mapped, and which were not and why. */
function Outcome({
  settled,
  found,
  onClose,
}: {
  settled: readonly MappedRow[]
  found: MappingSuggestions
  onClose(): void
}): ReactNode {
  const { t } = useTranslation()
  const names = new Map(found.suggestions.map(({ tenantId, tenantName }) => [tenantId, tenantName]))
  const refused = settled.filter(({ outcome }) => outcome === 'refused')
  // Whose answer was lost on the way is “unchanged” when it was sent again.
  const mapped = settled.filter(({ outcome }) => outcome !== 'refused')
  return (
    <Stack gap="sm">
      <Alert color={refused.length === 0 ? 'teal' : 'yellow'} role="status">
        {t('accounts.mapped', { count: mapped.length })}
        {refused.length > 0 && ` ${t('accounts.refused', { count: refused.length })}`}
      </Alert>
      {refused.length > 0 && (
        <DataTable
          caption={t('accounts.refused', { count: refused.length })}
          rows={refused}
          rowKey={({ tenantId }) => tenantId}
          height="50dvh"
          columns={[
            { key: 'tenant', title: t('filter.client'), cell: ({ tenantId }) => names.get(tenantId) },
            { key: 'why', title: t('accounts.why'), cell: ({ message }) => message },
          ]}
        />
      )}
      <Group justify="flex-end">
        <Button onClick={onClose}>{t('confirm.close')}</Button>
      </Group>
    </Stack>
  )
}
