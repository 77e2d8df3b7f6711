import { Alert, Button, Group, SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { previewHeld } from '../../api/generated/sdk.gen.ts'
import { type Integration, useCurrentIntegration } from '../../app/current-integration.ts'
import { useMay } from '../../app/session.ts'
import { useTerms } from '../../app/terms.ts'
import { DebouncedSearch } from '../../ui/debounced-search.tsx'
import { Page } from '../../ui/page.tsx'
import { useFilters } from '../../ui/search-params.ts'
import { Empty, Failed, Loading } from '../../ui/states.tsx'
import { HeldBefore } from './held-before.tsx'
import { MappingTable } from './mapping-table.tsx'
import { NotProtected } from './not-protected.tsx'
import { Suggestions } from './suggestions.tsx'
import { mappingViews, useMappings } from './use-mappings.ts'

/** Which client of the security product is which account of the desk. */
export function AccountsPage(): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const { current, isPending, error } = useCurrentIntegration()
  if (isPending || terms === null) return <Loading />
  const title = t('nav.accounts', { ...terms })
  if (current === null) {
    return (
      <Page title={title}>
        {error !== null ? (
          <Failed error={error} />
        ) : (
          <Empty title={t('accounts.noIntegration')}>{t('accounts.noIntegrationText')}</Empty>
        )}
      </Page>
    )
  }
  // Another integration is another table: nothing that was chosen in one goes on in the other.
  return <Accounts key={current.id} title={title} integration={current} />
}

function Accounts({ title, integration }: { title: string; integration: Integration }): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const mayMap = useMay('operator')
  const [filters, setFilters] = useFilters()
  const [isSuggesting, setSuggesting] = useState(false)
  const [hasMapped, setMapped] = useState(false)
  const views = [...mappingViews, 'not-protected'] as const
  const view = views.find((one) => one === filters.view) ?? 'in'
  const { search } = filters
  const paged = useMappings(integration.id, view === 'not-protected' ? 'in' : view, search)
  const counts = paged.first?.counts
  const held = useQuery({
    queryKey: ['held', integration.id],
    queryFn: () => call(previewHeld({ path: { id: integration.id } })),
    enabled: hasMapped,
  })

  const label = (one: (typeof views)[number]): string => {
    const words = t(`accounts.views.${one}`, { ...terms })
    return one === 'not-protected' || counts === undefined ? words : `${words} (${counts[one]})`
  }
  return (
    <Page
      title={title}
      lead={t('accounts.lead', { source: integration.sourceName, psa: integration.psaName })}
      actions={
        mayMap &&
        counts !== undefined &&
        counts['not-mapped'] > 0 && (
          <Button onClick={() => setSuggesting(true)}>{t('accounts.suggest', { count: counts['not-mapped'] })}</Button>
        )
      }
    >
      {held.data !== undefined && held.data.total > 0 && (
        <HeldBefore integrationId={integration.id} held={held.data} onLeave={() => setMapped(false)} />
      )}
      {hasMapped && held.error !== null && <Alert color="red">{held.error.message}</Alert>}
      <Group gap="xs">
        <SegmentedControl
          size="xs"
          aria-label={t('tickets.view')}
          value={view}
          onChange={(next) => setFilters({ view: next === 'in' ? undefined : next })}
          data={views.map((one) => ({ value: one, label: label(one) }))}
        />
        <DebouncedSearch
          label={t('accounts.search', { ...terms })}
          value={search}
          onChange={(text) => setFilters({ search: text })}
        />
      </Group>
      {view === 'not-protected' ? (
        <NotProtected psaId={integration.psaId} search={search} />
      ) : (
        <MappingTable
          key={view}
          integration={integration}
          view={view}
          paged={paged}
          isSearching={search !== undefined}
          onMapped={() => setMapped(true)}
        />
      )}
      {isSuggesting && (
        <Suggestions
          integrationId={integration.id}
          onMapped={() => setMapped(true)}
          onClose={() => setSuggesting(false)}
        />
      )}
    </Page>
  )
}
